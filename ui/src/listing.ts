// The lines of the home page: sessions, then roles in groups, or, while searching, the matches, best first.

import { findLetters, findPart, lower, scoreLetters, scorePart, Searched, type Found as Match, type Span } from "./fuzzy";
import type { RoleView, SessionView, Snapshot } from "./types";

/** Where a role matches: spans in each of its texts. */
export interface Finding {
  name: Span[];
  account: Span[];
  /** In the user's name for its account. */
  alias: Span[];
  group: Span[];
  arn: Span[];
}

export interface SessionLine {
  session: SessionView;
  /** The role; null if it was removed. */
  role: RoleView | null;
  finding: Finding;
}

export type RoleLine =
  | { kind: "heading"; title: string; count: number }
  | { kind: "role"; role: RoleView; score: number };

export interface Listing {
  sessions: SessionLine[];
  lines: RoleLine[];
  /** The names of everything that can be selected, top to bottom. */
  names: string[];
  /** Returns where a role matches. Called only for roles in view, since there may be ten thousand. */
  finding: (role: RoleView) => Finding;
}

const NAME_WEIGHT = 100;
const NO_SPANS: Finding = { name: [], account: [], alias: [], group: [], arn: [] };
/** With at most this many roles, recent ones are not listed first. */
const GLANCE_MAX = 12;
const RECENT_MAX = 5;

/** Returns what is listed for a search text; an empty one lists everything. */
export function listing(snapshot: Snapshot, query: string): Listing {
  const terms = termsOf(query).map(lower);
  const roles = new Map(snapshot.roles.map((role) => [role.name, role]));
  const withSession = new Set(snapshot.sessions.map((session) => session.role));
  const sessions = snapshot.sessions.flatMap((session): SessionLine[] => {
    if (score(terms, textsOf(session)) === null) return [];
    const finding = places(terms, textsOf(session));
    return [{ session, role: roles.get(session.limited_of ?? session.role) ?? null, finding }];
  });
  const found: Found[] = [];
  for (const role of snapshot.roles) {
    const well = withSession.has(role.name) ? null : score(terms, textsOf(role));
    if (well !== null) found.push({ kind: "role", role, score: well });
  }
  const lines = terms.length > 0 ? ranked(found, snapshot.recent) : inOrder(found, snapshot.recent);
  const names = [
    ...sessions.map((line) => line.session.role),
    ...lines.flatMap((line) => (line.kind === "role" ? [line.role.name] : [])),
  ];
  const finding = (role: RoleView) => places(terms, textsOf(role));
  return { sessions, lines, names, finding };
}

type Found = Extract<RoleLine, { kind: "role" }>;

/** Best first; among equal matches, recently used roles, then favourites. */
function ranked(found: Found[], recent: string[]): RoleLine[] {
  if (found.length === 0) return [];
  const used = new Map(recent.map((name, at) => [name, at]));
  const place = ({ role }: Found) => used.get(role.name) ?? recent.length + (role.favourite ? 0 : 1);
  const placed = found.map((line) => ({ line, place: place(line) }));
  const best = placed.sort((a, b) => b.line.score - a.line.score || a.place - b.place).map(({ line }) => line);
  return [{ kind: "heading", title: "Results", count: best.length }, ...best];
}

/** Favourites, then recent roles if there are many roles, then all others in groups. */
function inOrder(found: Found[], recent: string[]): RoleLine[] {
  const favourites = found.filter(({ role }) => role.favourite);
  const byName = new Map(found.map((line) => [line.role.name, line]));
  const used = found.length <= GLANCE_MAX ? [] : recent.flatMap((name) => byName.get(name) ?? []);
  const recentLines = used.filter(({ role }) => !role.favourite && !role.problem).slice(0, RECENT_MAX);
  const first = new Set([...favourites, ...recentLines]);
  return [
    ...headed("Favourites", favourites),
    ...headed("Recent", recentLines),
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

interface Texts {
  name: Searched;
  account: Searched;
  alias: Searched | null;
  group: Searched | null;
  arn: Searched;
  /** The part after the prefix that all role ARNs share. */
  arnTail: Searched;
}

/** Cached as long as the backend's views, which do not change while the user types. */
const cache = new WeakMap<RoleView | SessionView, Texts>();

const PREPARED_AT_ONCE = 400;

/** Prepares the search index in small steps, so that the first key press does not wait for ten thousand roles. */
export function prepareSearch(roles: RoleView[], from = 0): void {
  for (const role of roles.slice(from, from + PREPARED_AT_ONCE)) {
    const { name, alias } = textsOf(role);
    void [name.starts, alias?.starts];
  }
  if (from < roles.length) setTimeout(() => prepareSearch(roles, from + PREPARED_AT_ONCE), 1);
}

function textsOf(view: RoleView | SessionView): Texts {
  const cached = cache.get(view);
  if (cached) return cached;
  const [name, arn] = "role_arn" in view ? [view.role, view.role_arn] : [view.name, view.arn];
  const texts = {
    name: new Searched(name),
    account: new Searched(view.account_id),
    alias: view.account_alias ? new Searched(view.account_alias) : null,
    group: view.group ? new Searched(view.group) : null,
    arn: new Searched(arn),
    arnTail: new Searched(arn.slice(tailOf(arn))),
  };
  cache.set(view, texts);
  return texts;
}

/** Returns the score of all terms, or null if one does not match. */
function score(terms: string[], { name, account, alias, group, arn, arnTail }: Texts): number | null {
  let whole = 0;
  for (const term of terms) {
    const inName = scoreLetters(term, name);
    const inAccount = scorePart(term, account);
    const inAlias = alias && scoreLetters(term, alias);
    const inGroup = group && scorePart(term, group);
    const isFound = inName !== null || inAccount !== null || inAlias !== null || inGroup !== null;
    const inArn = isFound ? null : scorePart(term, isPath(term) ? arn : arnTail);
    if (!isFound && inArn === null) return null;
    if (inName !== null) whole += NAME_WEIGHT + inName - name.text.length / 100;
    whole += Math.max(inAccount ?? 0, inAlias ?? 0, inGroup ?? 0, inArn ?? 0) / 10;
  }
  return whole;
}

function places(terms: string[], { name, account, alias, group, arn }: Texts): Finding {
  if (terms.length === 0) return NO_SPANS;
  const all: Finding = { name: [], account: [], alias: [], group: [], arn: [] };
  for (const term of terms) {
    const inName = findLetters(term, name.text);
    const inAccount = findPart(term, account.text);
    const inAlias = alias && findLetters(term, alias.text);
    const inGroup = group && findPart(term, group.text);
    const inArn = inName || inAccount || inAlias || inGroup ? null : findInArn(term, arn.text);
    all.name.push(...(inName?.spans ?? []));
    all.account.push(...(inAccount?.spans ?? []));
    all.alias.push(...(inAlias?.spans ?? []));
    all.group.push(...(inGroup?.spans ?? []));
    all.arn.push(...(inArn?.spans ?? []));
  }
  return all;
}

/** All role ARNs start alike, so a word is searched after that prefix; a term with : or / in the whole ARN. */
function findInArn(term: string, arn: string): Match | null {
  const from = isPath(term) ? 0 : tailOf(arn);
  const found = findPart(term, arn.slice(from));
  return found && { ...found, spans: found.spans.map(([start, end]) => [start + from, end + from]) };
}

function isPath(term: string): boolean {
  return term.includes(":") || term.includes("/");
}

function tailOf(arn: string): number {
  return arn.indexOf("/") + 1;
}
