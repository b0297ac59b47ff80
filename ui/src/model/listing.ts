// The lines of the home page: sessions, then roles in groups, or, while searching, the matches, best first.

import { grouped } from "./arn";
import { findLetters, findPart, lower, scoreLetters, scorePart, Searched, type Found as Match, type Span } from "./fuzzy";
import type { RoleView, SessionView, Snapshot } from "../state/types";

/** Where a role matches: spans in each of its texts. */
export interface Finding {
  name: Span[];
  account: Span[];
  /** In the user's name for its account. */
  alias: Span[];
  group: Span[];
  arn: Span[];
}

/** A line of the list. Every kind has its own height; see `home/view.ts`. */
export type Line =
  | { kind: "heading"; title: string; count: number; isCollapsed: boolean }
  | { kind: "session"; session: SessionView; role: RoleView | null }
  | { kind: "role"; role: RoleView }
  /** Stands for sessions that are not listed until the user asks. */
  | { kind: "more"; count: number };

export interface Listing {
  lines: Line[];
  /** The names of everything that can be selected, top to bottom. */
  names: string[];
  /** Returns where a role or session matches. Called only for lines in view, since there may be ten thousand. */
  finding: (one: RoleView | SessionView) => Finding;
}

/** By what the roles are put together. */
export type Grouping = "group" | "account";

/** Which roles are listed. */
export type Filter =
  | { by: "account" | "group" | "colour"; value: string }
  | { by: "production" };

/** In which order roles are listed: as the files have them, by name, or the last used first. */
export type Sort = "file" | "name" | "recent";

/** How the user looks at the list. */
export interface Look {
  filter: Filter | null;
  grouping: Grouping;
  sort: Sort;
  /** The titles of the headings whose roles are hidden. */
  collapsed: string[];
  /** Whether all sessions are listed, however many they are. */
  areAllSessionsShown: boolean;
}

export const PLAIN_LOOK: Look = { filter: null, grouping: "group", sort: "file", collapsed: [], areAllSessionsShown: false };

const NAME_WEIGHT = 100;
const NO_SPANS: Finding = { name: [], account: [], alias: [], group: [], arn: [] };
/** With at most this many roles, recent ones are not listed first. */
const GLANCE_MAX = 12;
const RECENT_MAX = 5;

/** With more sessions than this, only the first are listed until the user asks for all. */
const SESSIONS_MAX = 4;
const SESSIONS_FIRST = 3;
/** The title of the heading above the sessions. */
export const ACTIVE = "Active";

/** Returns what is listed for a search text; an empty one lists everything. */
export function listing(snapshot: Snapshot, query: string, look: Look = PLAIN_LOOK): Listing {
  const terms = termsOf(query).map(lower);
  const roles = new Map(snapshot.roles.map((role) => [role.name, role]));
  const withSession = new Set(snapshot.sessions.map((session) => session.role));
  const sessions = snapshot.sessions.flatMap((session): Line[] => {
    const role = roles.get(session.limited_of ?? session.role) ?? null;
    if (!passes(look.filter, session, role) || score(terms, textsOf(session)) === null) return [];
    return [{ kind: "session", session, role }];
  });
  const found: Found[] = [];
  for (const role of snapshot.roles) {
    if (withSession.has(role.name) || !passes(look.filter, role, role)) continue;
    const well = score(terms, textsOf(role));
    if (well !== null) found.push({ kind: "role", role, score: well });
  }
  const isSearching = terms.length > 0;
  const sections = isSearching ? ranked(found, snapshot.recent) : inOrder(sorted(found, snapshot.recent, look.sort), snapshot.recent, look.grouping);
  const collapsed = new Set(isSearching ? [] : look.collapsed);
  const areFew = isSearching || look.areAllSessionsShown || sessions.length <= SESSIONS_MAX;
  const lines = [
    ...linesOf({ title: ACTIVE, lines: areFew ? sessions : sessions.slice(0, SESSIONS_FIRST), count: sessions.length }, collapsed),
    ...sections.flatMap((section) => linesOf(section, collapsed)),
  ];
  const finding = (one: RoleView | SessionView) => places(terms, textsOf(one));
  return { lines, names: lines.flatMap((line) => nameOf(line) ?? []), finding };
}

/** Returns the name of a line that can be selected. */
export function nameOf(line: Line): string | null {
  if (line.kind === "session") return line.session.role;
  return line.kind === "role" ? line.role.name : null;
}

/** Returns the filters that fit at least one role: production, then accounts, groups and colours. */
export function filtersOf(snapshot: Snapshot): Filter[] {
  const all: Filter[] = snapshot.roles.some((role) => role.production) ? [{ by: "production" }] : [];
  const values = (by: "account" | "group" | "colour") =>
    [...new Set(snapshot.roles.map((role) => valueOf(by, role)))].filter((value) => value !== "").sort();
  for (const by of ["account", "group", "colour"] as const) all.push(...values(by).map((value) => ({ by, value })));
  return all;
}

function valueOf(by: "account" | "group" | "colour", of: RoleView | SessionView): string {
  if (by === "account") return of.account_id;
  return (by === "group" ? of.group : of.colour) ?? "";
}

function passes(filter: Filter | null, one: RoleView | SessionView, role: RoleView | null): boolean {
  if (filter === null) return true;
  if (filter.by === "production") return one.production || (role?.production ?? false);
  return valueOf(filter.by, one) === filter.value;
}

interface Section {
  title: string;
  lines: Line[];
  /** How many there are, also of those that are not listed. */
  count: number;
}

function linesOf({ title, lines, count }: Section, collapsed: Set<string>): Line[] {
  if (count === 0) return [];
  const isCollapsed = collapsed.has(title);
  const heading: Line = { kind: "heading", title, count, isCollapsed };
  if (isCollapsed) return [heading];
  return count > lines.length ? [heading, ...lines, { kind: "more", count: count - lines.length }] : [heading, ...lines];
}

type Found = { kind: "role"; role: RoleView; score: number };

/** Best first; among equal matches, recently used roles, then favourites. */
function ranked(found: Found[], recent: string[]): Section[] {
  const used = new Map(recent.map((name, at) => [name, at]));
  const place = ({ role }: Found) => used.get(role.name) ?? recent.length + (role.favourite ? 0 : 1);
  const placed = found.map((line) => ({ line, place: place(line) }));
  const best = placed.sort((a, b) => b.line.score - a.line.score || a.place - b.place).map(({ line }) => line);
  return [section("Results", best)];
}

/** Equal ones stay in the order of the files. */
function sorted(found: Found[], recent: string[], sort: Sort): Found[] {
  if (sort === "name") return found.toSorted((a, b) => a.role.name.localeCompare(b.role.name));
  if (sort === "file") return found;
  const used = new Map(recent.map((name, at) => [name, at]));
  const place = ({ role }: Found) => used.get(role.name) ?? recent.length;
  return found.toSorted((a, b) => place(a) - place(b));
}

/** Favourites, then recent roles if there are many roles, then all others in groups or by account. */
function inOrder(found: Found[], recent: string[], grouping: Grouping): Section[] {
  const favourites = found.filter(({ role }) => role.favourite);
  const byName = new Map(found.map((line) => [line.role.name, line]));
  const used = found.length <= GLANCE_MAX ? [] : recent.flatMap((name) => byName.get(name) ?? []);
  const recentLines = used.filter(({ role }) => !role.favourite && !role.problem).slice(0, RECENT_MAX);
  const first = new Set([...favourites, ...recentLines]);
  const others = found.filter((line) => !first.has(line));
  return [section("Favourites", favourites), section("Recent", recentLines), ...together(others, grouping)];
}

function section(title: string, lines: Found[]): Section {
  return { title, lines, count: lines.length };
}

function together(found: Found[], grouping: Grouping): Section[] {
  const title = ({ role }: Found) => (grouping === "group" ? role.group : (role.account_alias ?? grouped(role.account_id))) || null;
  // Those without a group come first, as in the tray's menu.
  const groups = new Map<string | null, Found[]>(found.some((line) => title(line) === null) ? [[null, []]] : []);
  for (const line of found) {
    const group = groups.get(title(line));
    if (group) group.push(line);
    else groups.set(title(line), [line]);
  }
  return [...groups].map(([name, lines]) => section(name ?? "Roles", lines));
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
