// What can be done with the selection, and from every place; listed in the palette, each with its key.

import type { App, Offer } from "./app.svelte";
import { grouped } from "../model/arn";
import { copyPlain } from "./copy";
import { lifeOf } from "../model/life";
import { filtersOf, type Filter, type Sort } from "../model/listing";
import { marksWith, toggledFavourite } from "./marks";
import { copyTarget, shellName, SHELLS } from "../model/shell";
import type { IconName } from "../model/icons";
import type { Limits, RoleView, SessionView, Snapshot } from "./types";
import { visible } from "../model/visible";

export interface Action {
  label: string;
  icon: IconName;
  /** The keys of its shortcut, as shown. */
  keys?: string[];
  /** Whether it takes something away. */
  isDanger?: boolean;
  run?: () => void;
  /** Reads the actions that it leads to. */
  more?: () => Promise<Offer>;
}

export interface ActionGroup {
  title: string;
  actions: Action[];
}

/** The form of a region's name, such as "eu-west-1". */
const REGION = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/;
const COMMAND = /mac/i.test(navigator.platform) ? "⌘" : "Ctrl";

/** Returns the keys of a shortcut with the command key. */
export function command(...keys: string[]): string[] {
  return [COMMAND, ...keys];
}

const SORTS: { sort: Sort; label: string }[] = [
  { sort: "file", label: "Order as in the files" }, { sort: "name", label: "Order by name" }, { sort: "recent", label: "Last used first" },
];

interface Chosen {
  name: string;
  session: SessionView | null;
  role: RoleView | null;
  isLiving: boolean;
}

function chosenOf(app: App, snapshot: Snapshot, name: string): Chosen {
  const session = snapshot.sessions.find((one) => one.role === name) ?? null;
  const role = snapshot.roles.find((one) => one.name === (session?.limited_of ?? name)) ?? null;
  return { name, session, role, isLiving: session !== null && lifeOf(session, 0, app.now).isLiving };
}

/** Returns what Enter does with the selection; null if nothing is selected, or it is under way. */
export function mainAction(app: App, snapshot: Snapshot, selected: string | null): Action | null {
  if (selected === null) return null;
  const { name, session, role, isLiving } = chosenOf(app, snapshot, selected);
  const run = () => app.open(name);
  if (isLiving) return { label: `Copy ${copyTarget(snapshot.settings.shell)}`, icon: "copy", keys: ["↵"], run };
  if (role?.problem) return { label: "Show problem", icon: "warning", keys: ["↵"], run };
  if (session?.phase === "assuming" || (!role && !session)) return null;
  return { label: session?.phase === "failed" ? "Try again" : session ? "Assume again" : "Assume", icon: "more", keys: ["↵"], run };
}

/** Returns all actions: those of the selection first. */
export function actionsOf(app: App, snapshot: Snapshot, selected: string | null): Offer {
  const one = selected === null ? [] : ofSelection(app, snapshot, chosenOf(app, snapshot, selected));
  const own = app.marked.length > 1 ? [ofMarked(app, snapshot), ...one] : one;
  return { hint: "Search actions", groups: [...own, { title: "Rolecall", actions: everywhere(app, snapshot) }] };
}

/** Returns what can be done with all that are selected together. */
function ofMarked(app: App, snapshot: Snapshot): ActionGroup {
  const living = app.marked.filter((name) => chosenOf(app, snapshot, name).isLiving);
  const others = app.marked.filter((name) => !living.includes(name) && snapshot.roles.some((role) => role.name === name && !role.problem));
  const actions: Action[] = [];
  const all = (names: string[], act: (name: string) => void) => () => app.forMarked((name) => names.includes(name) && act(name));
  if (living.length > 0) {
    actions.push({ label: `Renew ${living.length}`, icon: "renew", run: all(living, (name) => app.renew(name)) });
    actions.push({ label: `End ${living.length}`, icon: "close", isDanger: true, run: all(living, (name) => app.end(name)) });
  }
  if (others.length > 0) actions.push({ label: `Assume ${others.length}`, icon: "more", run: all(others, (name) => app.assume(name)) });
  actions.push({ label: "Select none", icon: "close", run: () => (app.marked = []) });
  return { title: `${app.marked.length} selected`, actions };
}

function ofSelection(app: App, snapshot: Snapshot, chosen: Chosen): ActionGroup[] {
  const { name, session, role, isLiving } = chosen;
  const main = mainAction(app, snapshot, name);
  const first = main ? [main] : [];
  if (isLiving) {
    first.push({ label: "Copy for another shell…", icon: "copy", keys: command("⇧", "C"), more: async () => shellActions(app, snapshot, name) });
    if (session?.waiting_for === null) first.push({ label: "Renew", icon: "renew", keys: command("R"), run: () => app.renew(name) });
  }
  if (isLiving || (role && !role.problem)) first.push({ label: "Open console", icon: "console", keys: command("O"), run: () => app.openConsole(name) });
  const groups = [{ title: visible(name), actions: first }];
  if (role) groups.push({ title: "Role", actions: ofRole(app, snapshot, role) });
  if (session && session.phase !== "assuming") {
    const label = isLiving ? "End session" : "Clear";
    groups.push({ title: "Session", actions: [{ label, icon: "close", keys: ["Del"], isDanger: isLiving, run: () => app.end(name) }] });
  }
  return groups;
}

function ofRole(app: App, snapshot: Snapshot, role: RoleView): Action[] {
  const production = () => void app.attempt(app.bridge.markRole(role.name, marksWith(role, { production: !role.production })));
  const actions: Action[] = [];
  if (!role.problem) actions.push({ label: "Assume with fewer permissions…", icon: "lock", more: () => limitActions(app, snapshot, role) });
  actions.push(
    { label: "Details", icon: "gear", keys: ["F2"], run: () => app.go({ at: "role", name: role.name }) },
    { label: role.favourite ? "Remove from favourites" : "Add to favourites", icon: "star", keys: command("D"), run: () => void toggledFavourite(app, snapshot, role.name) },
    { label: role.production ? "Not production" : "Mark as production", icon: "warning", run: production },
    { label: "Copy role ARN", icon: "copy", run: () => void copied(app, role.arn, "Copied the role ARN") },
  );
  if (role.account_id) actions.push({ label: "Copy account ID", icon: "copy", run: () => void copied(app, role.account_id, "Copied the account ID") });
  return actions;
}

async function copied(app: App, text: string, done: string): Promise<void> {
  if (await copyPlain(text)) app.toast({ done });
}

/** Returns a copy of a session for each shell and file format. */
export function shellActions(app: App, snapshot: Snapshot, name: string): Offer {
  const usual = snapshot.settings.shell;
  const shells = [usual, ...SHELLS.filter((shell) => shell !== usual)];
  const copy = (shell: (typeof shells)[number]): Action => ({
    label: shell === usual ? `${shellName(shell)} (default)` : shellName(shell), icon: "copy", run: () => app.copy(name, shell),
  });
  return { hint: "Copy for", groups: [{ title: "Copy for", actions: shells.map(copy) }] };
}

/** Returns the ways to assume a role with fewer permissions. */
export async function limitActions(app: App, snapshot: Snapshot, role: RoleView): Promise<Offer> {
  const limited = (label: string, limits: Limits): Action => ({ label, icon: "lock", run: () => app.assume(role.name, limits) });
  const canRead = !role.policy && role.policy_arns.length === 0;
  const access = canRead ? [limited("Read-only", { access: "read_only" }), limited("View-only", { access: "view_only" })] : [];
  const likely = role.region ?? snapshot.settings.region;
  const known = await app.bridge.lockRegions(role.name).catch(() => []);
  const only = (region: string) => limited(`Only ${visible(region)}`, { region });
  const regions = known.length > 0 || !likely ? known : [likely];
  const groups = [{ title: "Limit permissions", actions: access }, { title: "One region", actions: regions.map(only) }];
  // A region that this version does not know can be typed in full.
  const typed = (text: string) => (REGION.test(text.trim()) && !regions.includes(text.trim()) ? only(text.trim()) : null);
  return { hint: "Limit permissions", groups: groups.filter((group) => group.actions.length > 0), typed };
}

/** Returns an action for each filter, and the ways to put roles together. */
export function filterActions(app: App, snapshot: Snapshot): Offer {
  const show = (filter: Filter | null): Action => ({ label: filterText(snapshot, filter), icon: "filter", run: () => app.lookAt({ filter }) });
  const all = filtersOf(snapshot);
  const by = (title: string, kind: Filter["by"]) => ({ title, actions: all.filter((one) => one.by === kind).map(show) });
  const other = app.look.grouping === "group" ? ("account" as const) : ("group" as const);
  const groups = [
    { title: "Show", actions: [show(null), ...by("", "production").actions] },
    { title: "Order", actions: [
      { label: `Put roles together by ${other}`, icon: "filter" as const, run: () => app.lookAt({ grouping: other }) },
      ...SORTS.filter(({ sort }) => sort !== app.look.sort).map(({ sort, label }) => ({ label, icon: "filter" as const, run: () => app.lookAt({ sort }) })),
    ] },
    by("Account", "account"), by("Group", "group"), by("Colour", "colour"),
  ];
  return { hint: "Show only", groups: groups.filter((group) => group.actions.length > 0) };
}

/** Returns the text of a filter, as in "payments-prod · 4410 2233 9018". */
export function filterText(snapshot: Snapshot, filter: Filter | null): string {
  if (filter === null) return "All accounts";
  if (filter.by === "production") return "Production only";
  if (filter.by !== "account") return visible(filter.value);
  const alias = snapshot.roles.find((role) => role.account_id === filter.value)?.account_alias;
  return alias ? `${visible(alias)} · ${grouped(filter.value)}` : grouped(filter.value);
}

/** Asks AWS about the sessions; those that it no longer accepts are gone from the list. */
function checkAction(app: App): Action {
  return { label: "Check sessions with AWS", icon: "renew", run: () => void app.attempt(app.bridge.checkSessions(), "Checked all sessions") };
}

function everywhere(app: App, snapshot: Snapshot): Action[] {
  return [
    { label: "Add a role", icon: "plus", keys: command("N"), run: () => app.go({ at: "role-form", name: null }) },
    { label: "Access keys", icon: "key", keys: command("⇧", "K"), run: () => app.go({ at: "keys" }) },
    { label: "History", icon: "clock", keys: command("H"), run: () => app.go({ at: "history", role: null }) },
    { label: "Explain an error", icon: "warning", keys: command("E"), run: () => app.go({ at: "explain" }) },
    { label: "Show only…", icon: "filter", keys: command("L"), more: async () => filterActions(app, snapshot) },
    { label: "AWS files", icon: "link", run: () => app.go({ at: "aws-files" }) },
    ...(snapshot.sessions.length > 0 ? [checkAction(app)] : []),
    { label: "Open roles.toml", icon: "gear", run: () => void app.attempt(app.bridge.openRolesFile()) },
    { label: app.memory.is_on_top ? "Do not keep on top" : "Keep on top", icon: "pin", run: () => app.remember({ is_on_top: !app.memory.is_on_top }) },
    { label: "Mini view", icon: "mini", keys: command("M"), run: () => app.remember({ is_mini: true }) },
    { label: "Larger text", icon: "plus", keys: command("+"), run: () => app.zoom(1) },
    { label: "Smaller text", icon: "minus", keys: command("−"), run: () => app.zoom(-1) },
    { label: "Settings", icon: "gear", keys: command(","), run: () => app.go({ at: "settings" }) },
    { label: "Keyboard shortcuts", icon: "more", keys: ["?"], run: () => (app.isHelpOpen = true) },
  ];
}
