// Icons on a 16-unit grid. They never carry a meaning alone.

export const ICONS = {
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm3.4 7.9 3.1 3.1",
  back: "M9.5 3.5 5 8l4.5 4.5",
  more: "M6 3.5 10.5 8 6 12.5",
  down: "M4 6.2 8 10.2l4-4",
  key: "M5.5 5.2a3 3 0 1 0 0 5.6 3 3 0 0 0 2.4-2H14v2.4M11.5 8.8v1.8",
  plus: "M8 3v10M3 8h10",
  gear: "M2.5 5h6M12 5h1.5M2.5 11H4m3.5 0h6M10.2 3.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6ZM5.8 9.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z",
  warning: "M8 2.4 14.4 13.4H1.6L8 2.4Zm0 4.2v3.2m0 1.7v.1",
  star: "M8 2.2 9.8 6l4.1.5-3 2.9.8 4.1L8 11.5l-3.7 2 .8-4.1-3-2.9L6.2 6 8 2.2Z",
  close: "m4 4 8 8m0-8-8 8",
  done: "m3 8.5 3.3 3.3L13 5",
  flask: "M6.2 2.2h3.6M7 2.4v4L3.2 12.6a.9.9 0 0 0 .8 1.3h8a.9.9 0 0 0 .8-1.3L9 6.4v-4M5 10.2h6",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM8 5v3.2l2.2 1.6",
  link: "M2.5 8h9.5m-3.2-3.4L12.2 8l-3.4 3.4",
  copy: "M5.5 5.5h8v8h-8zM3 10.5v-8h8",
  renew: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.6h-2.6",
  lock: "M4.5 7.5h7v6h-7zM6 7.5V5.4a2 2 0 0 1 4 0v2.1",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  pin: "M6 2.5h4l-.5 4 2 2.2v1.3h-7V8.7l2-2.2-.5-4ZM8 10v4",
  mini: "M2.5 3.5h11v9h-11zM8.5 8.5h3v2h-3z",
  minus: "M3 8h10",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.1M7 6.5h.1M10 6.5h.1M12 6.5h.1M4.5 9.5h7",
  console: "M2.5 3.5h11v9h-11zM2.5 6h11",
};

export type IconName = keyof typeof ICONS;
