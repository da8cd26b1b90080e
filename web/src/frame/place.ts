/**
 * Keeps a person's place on the page. Where what has the focus is drawn away, because it was done or because the other side
 * changed something, the focus goes to what it was in. Otherwise the keyboard and a screen reader would begin at the top.
 */
export function keepPlace(): void {
  let around: HTMLElement[] = [];
  addEventListener("focusin", ({ target }) => {
    around = [];
    for (let it = target as HTMLElement | null; it; it = it.parentElement) around.push(it);
  });
  // A tap beside everything is no place.
  addEventListener("pointerdown", () => {
    around = [];
  });
  new MutationObserver(() => {
    const lost = around.length > 0 && !around[0]!.isConnected && document.activeElement === document.body;
    if (!lost) return;
    const place = around.find((it) => it.isConnected)!;
    around = [];
    if (place.closest("main :not(h1), dialog[open]")) return take(place);
    // A page that has just come gives the focus to its heading itself.
    setTimeout(() => {
      const heading = document.querySelector<HTMLElement>("main h1");
      if (heading && document.activeElement === document.body) take(heading);
    });
  }).observe(document.body, { childList: true, subtree: true });
}

function take(place: HTMLElement): void {
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
