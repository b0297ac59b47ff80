// What the home page lists: sessions on top, roles below in groups, or, while searching, whatever is found, best first.

import { findLetters, findPart, lower, type Found as Match, type Span } from "./fuzzy";
import type { RoleView, SessionView, Snapshot } from "./snapshot";

/** Where a role was found: places in each of its texts. */
export interface Finding {
  score: number;
  name: Span[];
  account: Span[];
  /** In the user's name for its account. */
  alias: Span[];
  group: Span[];
  arn: Span[];
}

export interface SessionLine {
  session: SessionView;
  /** The catalogue's entry; null when the role has left it. */
  role: RoleView | null;
  finding: Finding;
}

export type RoleLine =
  | { kind: "heading"; title: string; count: number }
  | { kind: "role"; role: RoleView; finding: Finding };

export interface Listing {
  sessions: SessionLine[];
  lines: RoleLine[];
  /** The names of everything that can be selected, top to bottom. */
  names: string[];
}

const NAME_WEIGHT = 100;
const UNFOUND: Finding = { score: 0, name: [], account: [], alias: [], group: [], arn: [] };
/** So many roles are seen at a glance: none is listed first for its use of late. */
const GLANCE_MAX = 12;
const RECENT_MAX = 5;

/** Returns what is listed for a search text; an empty one lists everything. */
export function listing(snapshot: Snapshot, query: string): Listing {
  const terms = termsOf(query).map(lower);
  const roles = new Map(snapshot.roles.map((role) => [role.name, role]));
  const taken = new Set(snapshot.sessions.map((session) => session.role));
  const sessions = snapshot.sessions.flatMap((session): SessionLine[] => {
    const finding = find(terms, textsOf(session, session.role, session.role_arn));
    return finding ? [{ session, role: roles.get(session.limited_of ?? session.role) ?? null, finding }] : [];
  });
  const found = snapshot.roles.flatMap((role) => {
    const finding = taken.has(role.name) ? null : find(terms, textsOf(role, role.name, role.arn));
    return finding ? [{ kind: "role" as const, role, finding }] : [];
  });
  const lines = terms.length > 0 ? ranked(found, snapshot.recent) : inOrder(found, snapshot.recent);
  const names = [
    ...sessions.map((line) => line.session.role),
    ...lines.flatMap((line) => (line.kind === "role" ? [line.role.name] : [])),
  ];
  return { sessions, lines, names };
}

type Found = Extract<RoleLine, { kind: "role" }>;

/** Best first; of those found equally well, the one used most of late, then favourites. */
function ranked(found: Found[], recent: string[]): RoleLine[] {
  if (found.length === 0) return [];
  const places = new Map(recent.map((name, at) => [name, at]));
  const place = ({ role }: Found) => places.get(role.name) ?? recent.length + (role.favourite ? 0 : 1);
  const best = [...found].sort((a, b) => b.finding.score - a.finding.score || place(a) - place(b));
  return [{ kind: "heading", title: "Found", count: best.length }, ...best];
}

/** Favourites, then what was used most of late where there are many, then all others in groups. */
function inOrder(found: Found[], recent: string[]): RoleLine[] {
  const favourites = found.filter(({ role }) => role.favourite);
  const byName = new Map(found.map((line) => [line.role.name, line]));
  const used = found.length <= GLANCE_MAX ? [] : recent.flatMap((name) => byName.get(name) ?? []);
  const late = used.filter(({ role }) => !role.favourite && !role.problem).slice(0, RECENT_MAX);
  const first = new Set([...favourites, ...late]);
  return [
    ...headed("Favourites", favourites),
    ...headed("Recent", late),
    ...inGroups(found.filter((line) => !first.has(line))),
  ];
}

function headed(title: string, lines: Found[]): RoleLine[] {
  return lines.length === 0 ? [] : [{ kind: "heading", title, count: lines.length }, ...lines];
}

function inGroups(found: Found[]): RoleLine[] {
  // Those without a group come first, as in the tray's menu.
  const groups = new Map<string | null, Found[]>(found.some((line) => line.role.group === null) ? [[null, []]] : []);
  for (const line of found) {
    const group = groups.get(line.role.group);
    if (group) group.push(line);
    else groups.set(line.role.group, [line]);
  }
  return [...groups].flatMap(([title, lines]) => [
    { kind: "heading" as const, title: title ?? "Roles", count: lines.length },
    ...lines,
  ]);
}

/** A query of digits and spaces is one account id, as pasted from a console in groups. */
function termsOf(query: string): string[] {
  const digits = query.replace(/[\s-]/g, "");
  if (/^[0-9]{5,}$/.test(digits)) return [digits];
  return query.trim().split(/\s+/).filter(Boolean);
}

/** A text that is searched, and the same in lower case. */
interface Searched {
  text: string;
  body: string;
}

interface Texts {
  name: Searched;
  account: Searched;
  alias: Searched | null;
  group: Searched | null;
  arn: Searched;
}

/** Kept as long as the backend's views, which stay the same while the user types. */
const known = new WeakMap<RoleView | SessionView, Texts>();

function textsOf(view: RoleView | SessionView, name: string, arn: string): Texts {
  const before = known.get(view);
  if (before) return before;
  const texts = {
    name: searched(name),
    account: searched(view.account_id),
    alias: view.account_alias ? searched(view.account_alias) : null,
    group: view.group ? searched(view.group) : null,
    arn: searched(arn),
  };
  known.set(view, texts);
  return texts;
}

function searched(text: string): Searched {
  return { text, body: lower(text) };
}

function find(terms: string[], { name, account, alias, group, arn }: Texts): Finding | null {
  if (terms.length === 0) return UNFOUND;
  const all: Finding = { score: 0, name: [], account: [], alias: [], group: [], arn: [] };
  for (const term of terms) {
    const inName = findLetters(term, name.text, name.body);
    const inAccount = findPart(term, account.text, account.body);
    const inAlias = alias && findLetters(term, alias.text, alias.body);
    const inGroup = group && findPart(term, group.text, group.body);
    const inArn = inName || inAccount || inAlias || inGroup ? null : findInArn(term, arn);
    if (!inName && !inAccount && !inAlias && !inGroup && !inArn) return null;
    all.name.push(...(inName?.spans ?? []));
    all.account.push(...(inAccount?.spans ?? []));
    all.alias.push(...(inAlias?.spans ?? []));
    all.group.push(...(inGroup?.spans ?? []));
    all.arn.push(...(inArn?.spans ?? []));
    all.score += inName ? NAME_WEIGHT + inName.score - name.text.length / 100 : 0;
    all.score += Math.max(inAccount?.score ?? 0, inAlias?.score ?? 0, inGroup?.score ?? 0, inArn?.score ?? 0) / 10;
  }
  return all;
}

/** Every ARN of a role begins alike, so a word is looked for in what comes after; one with : or / in all of it. */
function findInArn(term: string, { text, body }: Searched): Match | null {
  const from = /[:/]/.test(term) ? 0 : text.indexOf("/") + 1;
  const found = findPart(term, text.slice(from), body.slice(from));
  return found && { ...found, spans: found.spans.map(([start, end]) => [start + from, end + from]) };
}
