import { useState } from "preact/hooks";

/** The picture of what was bought, or the first letter of its title where there is none. */
export function Thumb({ title, image }: { title: string; image?: string | null }) {
  const [broken, breaks] = useState(false);
  return (
    <span class="thumb" aria-hidden="true">
      {image && !broken ? (
        <img src={image} alt="" loading="lazy" referrerpolicy="no-referrer" onError={() => breaks(true)} />
      ) : (
        [...title][0]?.toUpperCase()
      )}
    </span>
  );
}
