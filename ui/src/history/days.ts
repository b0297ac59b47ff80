// The history as rows of equal height: days, each followed by its requests.

import { instant } from "../model/clock";
import { requestName, outcome, who } from "../model/words";
import type { HistoryLine } from "../state/types";

export type Row = { kind: "day"; key: string; text: string } | { kind: "line"; key: string; line: HistoryLine };

/** The height of every row, in pixels. */
export const ROW_PX = 52;

const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** Returns the lines that contain every word of the query. */
export function found(lines: HistoryLine[], query: string): HistoryLine[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter((line) => {
    const text = [line.role, who(line), line.program, requestName(line), outcome(line).text, line.pid].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Returns the lines, newest first, with a row for each day before its first line. */
export function rows(lines: HistoryLine[], nowMs: number): Row[] {
  const all: Row[] = [];
  let before = "";
  lines.forEach((line, index) => {
    const text = dayText(instant(line.at) ?? 0, nowMs);
    if (text !== before) all.push({ kind: "day", key: `day ${text}`, text });
    before = text;
    all.push({ kind: "line", key: `${line.since} ${index}`, line });
  });
  return all;
}

/** Returns the rows to render: those in view and a few more. */
export function visibleRange(count: number, scrolled: number, height: number): { from: number; to: number } {
  const OVERSCAN = 8;
  const from = Math.max(0, Math.floor(scrolled / ROW_PX) - OVERSCAN);
  return { from, to: Math.min(count, Math.ceil((scrolled + height) / ROW_PX) + OVERSCAN) };
}

function dayText(ms: number, nowMs: number): string {
  const days = (midnight(nowMs) - midnight(ms)) / 86_400_000;
  if (Math.round(days) === 0) return "Today";
  if (Math.round(days) === 1) return "Yesterday";
  return DAY.format(ms);
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}
