const PATHS = {
  shield: "M12 3 5 5.6v5.6c0 4.5 3 7.9 7 9.8 4-1.9 7-5.3 7-9.8V5.6zM9 11.8l2.2 2.2L15.5 9.7",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2",
  alarm: "M12 5a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 9v4l2.5 1.6M5.2 2.8 2.5 5.4M18.8 2.8l2.7 2.6",
  "check-clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 12l2.5 2.5 4.5-5",
  check: "M5 12.5l4.5 4.5L19 7",
  box: "M12 3 4 7v10l8 4 8-4V7zM4 7l8 4 8-4M12 11v10",
  truck: "M3 6h11v10H3zM14 10h4l3 3v3h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  chat: "M4 5h16v11H9l-5 4z",
  camera: "M4 8h4l1.5-2.5h5L16 8h4v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z",
  alert: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.2",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 7.8v.2",
  back: "M14.5 5 8 12l6.5 7",
  next: "M9.5 5 16 12l-6.5 7",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.2M4 12h.2M4 18h.2",
  scale: "M12 4v16M7 20h10M4 8l8-2 8 2M4 8l-2.2 6h4.4zM20 8l-2.2 6h4.4z",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  coin: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM14.8 8.8c-.7-.8-1.7-1.1-2.8-1.1-1.500 0-2.800.8-2.800 2.100 0 3 5.800 1.400 5.800 4.400 0 1.300-1.400 2.100-3 2.100-1.200 0-2.300-.4-3-1.300M12 6v12",
  home: "M4 11l8-7 8 7v9h-5.500v-6h-5v6H4z",
  cog: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M5.600 18.400l2.100-2.100M16.300 7.700l2.100-2.100",
  out: "M14 4H5v16h9M10 12h11M17.500 8l4 4-4 4",
  wifi: "M3 9c5.500-5 12.500-5 18 0M6.500 13c3.500-3 7.500-3 11 0M12 18v.2M4 4l16 16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  return: "M9 6 4 11l5 5M4 11h10a6 6 0 0 1 6 6v1",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
} as const;

export type IconName = keyof typeof PATHS;

/** A small drawing beside words; it has no words of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
