// The window's shared state: the backend's snapshot, which is replaced as a whole; the current page; the time.

import type { Action, ActionGroup } from "./actions";
import { instant } from "../model/clock";
import type { Bridge } from "./bridge";
import type { WindowMemory } from "./calls";
import { FRESH_MEMORY, lookOf, zoomed } from "./memory";
import { untilNextTick } from "../model/countdown";
import { lifeOf } from "../model/life";
import { prepareSearch, type Look } from "../model/listing";
import { news } from "../model/news";
import { asProblem } from "../model/problem";
import type { ImportSource, Limits, Problem, SessionView, Shell, Snapshot } from "./types";
import { copyTarget } from "../model/shell";

/** The tabs of a role. */
export const ROLE_TABS = ["Overview", "Access", "Activity", "Settings"] as const;

export type RoleTab = (typeof ROLE_TABS)[number];

/** Actions to choose from. */
export interface Offer {
  hint: string;
  groups: ActionGroup[];
  /** Returns the action for a text that no action's label has, if there is one. */
  typed?: (text: string) => Action | null;
}

export type KeyWay = "clipboard" | "csv" | "profile" | "typed";

export type Page =
  | { at: "home" }
  | { at: "role"; name: string }
  | { at: "role-form"; name: string | null; copyOf?: string }
  | { at: "keys" }
  | { at: "key-form"; way: KeyWay }
  | { at: "import"; from: ImportSource }
  | { at: "history"; role: string | null }
  | { at: "aws-files" }
  | { at: "explain" }
  | { at: "settings" };

/** A short message about something the user did. */
export type Toast = { id: number; undo?: Undo } & ({ done: string } | { problem: Problem });

/** What takes back what was done. */
export interface Undo {
  label: string;
  run: () => void;
}

/** The search index is prepared after the first rows are shown. */
const PREPARE_AFTER_MS = 50;
const DONE_TOAST_MS = 3_000;
/** The time to read one character. */
const READ_MS = 40;
/** How long a user pauses before results are announced. */
const ANNOUNCE_MS = 600;
/** The time to take something back. */
const UNDO_TOAST_MS = 10_000;

export class App {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot. */
  failure = $state.raw<Problem | null>(null);
  page = $state.raw<Page>({ at: "home" });
  query = $state("");
  selected = $state<string | null>(null);
  look = $state.raw<Look>(lookOf(FRESH_MEMORY));
  memory = $state.raw<WindowMemory>(FRESH_MEMORY);
  /** What each role of the practice account is there to show. */
  story = $state.raw<Map<string, string>>(new Map());
  /** Whether a session was copied since the window opened. */
  hasCopied = $state(false);
  /** The sessions and roles that are selected together. */
  marked = $state.raw<string[]>([]);
  roleTab = $state<RoleTab>("Overview");
  /** What the palette lists while it is open. */
  offered = $state.raw<Offer | null>(null);
  isHelpOpen = $state(false);
  /** Whether the user left the first-run page. */
  isPastFirstRun = $state(false);
  toasts = $state.raw<Toast[]>([]);
  /** The latest change, for screen readers. */
  announcement = $state("");
  /** AWS's current time in milliseconds, updated as often as the window needs it. */
  now = $state(Date.now());

  #previous: Page = { at: "home" };
  #lastToast = 0;
  #saving = false;
  #isSavedLater = false;
  #announcing: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly bridge: Bridge) {}

  /** Follows the backend; the returned function stops that. */
  async start(): Promise<() => void> {
    const onVisible = () => this.#tick();
    document.addEventListener("visibilitychange", onVisible);
    // Before the first rows, so that they are where they were.
    this.memory = await this.bridge.memory().catch(() => FRESH_MEMORY);
    this.look = lookOf(this.memory);
    const stop = await this.bridge.follow((snapshot) => this.#replace(snapshot)).catch((rejection: unknown) => {
      this.failure = asProblem(rejection);
      return () => {};
    });
    if (this.snapshot?.mode === "practice") {
      const story = await this.bridge.practiceStory().catch(() => []);
      this.story = new Map(story.map(({ role, shows }) => [role, shows]));
    }
    const focus = await this.bridge.focus().catch(() => null);
    if (focus) this.go({ at: "role", name: focus });
    return () => {
      stop();
      document.removeEventListener("visibilitychange", onVisible);
      clearTimeout(this.#timer);
    };
  }

  go(page: Page): void {
    this.#previous = this.page;
    // Why a role was refused is on the first tab.
    if (page.at === "role" && this.snapshot?.sessions.some((one) => one.role === page.name && one.problem)) this.roleTab = "Overview";
    this.page = page;
  }

  /** Opens the palette. */
  offer(offer: Offer): void {
    this.offered = offer;
  }

  /** Shows a session or role where the page of the last one was. */
  show(name: string): void {
    this.selected = name;
    if (this.page.at === "role") this.go({ at: "role", name });
  }

  /** Changes how the list is looked at. */
  lookAt(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    const { filter, grouping, sort, collapsed } = this.look;
    if (!("areAllSessionsShown" in change)) this.remember({ filter, grouping, sort, collapsed });
  }

  /** Changes what the window remembers. */
  remember(change: Partial<WindowMemory>): void {
    this.memory = { ...this.memory, ...change };
    if (this.#saving) this.#isSavedLater = true;
    else void this.#save();
  }

  /** Saves what the window remembers, one call after the other: calls are answered in any order. */
  async #save(): Promise<void> {
    this.#saving = true;
    do {
      this.#isSavedLater = false;
      await this.attempt(this.bridge.remember(this.memory));
    } while (this.#isSavedLater);
    this.#saving = false;
  }

  /** Makes everything larger by a step, smaller if negative, or as large as usual if 0. */
  zoom(step: number): void {
    this.remember({ zoom: step === 0 ? FRESH_MEMORY.zoom : zoomed(this.memory.zoom, step) });
    this.announcement = `${this.memory.zoom} percent`;
  }

  /** Tells a screen reader what was found, once the user stops typing. */
  announceFound(count: number): void {
    clearTimeout(this.#announcing);
    const text = this.query.trim() === "" ? "" : count === 0 ? "No results" : count === 1 ? "1 result" : `${count} results`;
    if (text !== "") this.#announcing = setTimeout(() => (this.announcement = text), ANNOUNCE_MS);
  }

  /** Selects a session or role together with others, or no longer. */
  toggleMark(name: string): void {
    const others = this.marked.filter((one) => one !== name);
    this.marked = others.length < this.marked.length ? others : [...others, name];
  }

  /** Hides the lines below a heading, or shows them again. */
  toggleHeading(title: string): void {
    const others = this.look.collapsed.filter((one) => one !== title);
    this.lookAt({ collapsed: others.length < this.look.collapsed.length ? others : [...others, title] });
  }

  showAllSessions(): void {
    this.lookAt({ areAllSessionsShown: true });
  }

  /** Goes to the previous page. */
  goBack(): void {
    this.go(this.#previous);
  }

  /** Awaits an action of the user. A failure becomes a toast, unless the session already shows it. */
  async attempt(action: Promise<unknown>, done?: string, role?: string, undo?: Undo): Promise<boolean> {
    try {
      await action;
    } catch (rejection) {
      const problem = asProblem(rejection);
      if (!this.#isShown(problem, role)) this.toast({ problem });
      return false;
    }
    if (done) this.toast({ done, ...(undo && { undo }) });
    return true;
  }

  /** Runs the default action: copies an active session, assumes an inactive role, explains a role with a problem. */
  open(role: string): void {
    const session = this.snapshot?.sessions.find((candidate) => candidate.role === role);
    const problem = this.snapshot?.roles.find((candidate) => candidate.name === role)?.problem;
    if (session && lifeOf(session, 0, this.now).isLiving) this.copy(role);
    else if (problem) this.go({ at: "role", name: role });
    else if (session?.phase !== "assuming") this.assume(role);
  }

  assume(role: string, limits?: Limits): void {
    void this.attempt(limits ? this.bridge.assume(role, limits) : this.bridge.assume(role), undefined, role);
  }

  renew(role: string): void {
    void this.attempt(this.bridge.renew(role), undefined, role);
  }

  /** Renews an active session, or assumes the role again. */
  renewOrAssume(session: SessionView): void {
    if (lifeOf(session, 0, this.now).isLiving) this.renew(session.role);
    else this.assume(session.role);
  }

  end(role: string): void {
    const session = this.snapshot?.sessions.find((candidate) => candidate.role === role);
    const isKnown = this.snapshot?.roles.some((candidate) => candidate.name === role) ?? false;
    const wasLiving = session !== undefined && lifeOf(session, 0, this.now).isLiving;
    const undo = wasLiving && isKnown ? { label: "Assume again", run: () => this.assume(role) } : undefined;
    void this.attempt(this.bridge.end(role), `Ended ${role}`, undefined, undo);
  }

  /** Does something with each of the marked, which are no longer marked then. */
  forMarked(act: (name: string) => void): void {
    const names = this.marked;
    this.marked = [];
    names.forEach(act);
  }

  copy(role: string, shell: Shell | null = null): void {
    const settings = this.snapshot?.settings;
    const target = copyTarget(shell ?? settings?.shell ?? "bash");
    const seconds = settings?.clipboard_clear_s ?? 0;
    const clears = seconds > 0 ? `. Clears in ${seconds} s` : "";
    void this.attempt(this.bridge.copyExport(role, shell), `Copied ${target}${clears}`).then((isCopied) => {
      this.hasCopied ||= isCopied;
      if (isCopied && this.memory.closes_after_copy) void this.attempt(this.bridge.closeWindow());
    });
  }

  openConsole(name: string): void {
    const role = this.snapshot?.roles.find((candidate) => candidate.name === name);
    if (role?.problem) this.go({ at: "role", name });
    else void this.attempt(this.bridge.openConsole(name), "Opened the console", name);
  }

  /** Shows a message. A problem stays until it is closed. */
  toast(content: ({ done: string } | { problem: Problem }) & { undo?: Undo }): void {
    const id = ++this.#lastToast;
    this.toasts = [...this.toasts.slice(-2), { id, ...content }];
    if ("problem" in content) return;
    const read = DONE_TOAST_MS + content.done.length * READ_MS;
    setTimeout(() => this.dropToast(id), content.undo ? Math.max(read, UNDO_TOAST_MS) : read);
  }

  dropToast(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  #isShown(problem: Problem, role: string | undefined): boolean {
    if (problem.code === "cancelled") return true;
    const session = this.snapshot?.sessions.find((candidate) => candidate.role === role);
    return session?.problem?.what === problem.what;
  }

  #replace(snapshot: Snapshot): void {
    this.announcement = news(this.snapshot, snapshot).join(" ") || this.announcement;
    if (snapshot.roles !== this.snapshot?.roles) setTimeout(() => prepareSearch(snapshot.roles), PREPARE_AFTER_MS);
    this.snapshot = snapshot;
    if (snapshot.focus) this.go({ at: "role", name: snapshot.focus });
    this.failure = null;
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    if (!this.snapshot || document.visibilityState === "hidden") return;
    this.now = Date.now() + this.snapshot.clock_offset_ms;
    const expiries = this.snapshot.sessions.map((session) => instant(session.expires_at));
    const { open_questions } = this.snapshot;
    const deadlines = open_questions.map((question) => instant(question.deadline));
    const codes = open_questions.map((question) => (question.kind === "code" ? instant(question.next_code_at) : null));
    const wait = untilNextTick(this.now, expiries.filter(isSet), [...codes, ...deadlines].filter(isSet));
    if (wait !== null) this.#timer = setTimeout(() => this.#tick(), wait);
  }
}

function isSet(value: number | null): value is number {
  return value !== null;
}
