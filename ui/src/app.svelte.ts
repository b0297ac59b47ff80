// The window's shared state: the backend's snapshot, which is replaced as a whole; the current page; the time.

import { instant } from "./clock";
import type { Bridge } from "./bridge";
import { untilNextTick } from "./countdown";
import { lifeOf } from "./life";
import { prepareSearch } from "./listing";
import { news } from "./news";
import { asProblem } from "./problem";
import type { ImportSource, Limits, Problem, SessionView, Shell, Snapshot } from "./types";
import { copyTarget } from "./shell";

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
export type Toast = { id: number; done: string } | { id: number; problem: Problem };

/** The search index is prepared after the first rows are shown. */
const PREPARE_AFTER_MS = 50;
const DONE_TOAST_MS = 3_000;
/** The time to read one character. */
const READ_MS = 40;
const PROBLEM_TOAST_MS = 12_000;

export class App {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot. */
  failure = $state.raw<Problem | null>(null);
  page = $state.raw<Page>({ at: "home" });
  query = $state("");
  selected = $state<string | null>(null);
  /** Whether the user left the first-run page. */
  isPastFirstRun = $state(false);
  /** The production role that waits for confirmation. */
  confirming = $state<string | null>(null);
  toasts = $state.raw<Toast[]>([]);
  /** The latest change, for screen readers. */
  announcement = $state("");
  /** AWS's current time in milliseconds, updated as often as the window needs it. */
  now = $state(Date.now());

  #previous: Page = { at: "home" };
  #lastToast = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly bridge: Bridge) {}

  /** Follows the backend; the returned function stops that. */
  async start(): Promise<() => void> {
    const onVisible = () => this.#tick();
    document.addEventListener("visibilitychange", onVisible);
    const stop = await this.bridge.follow((snapshot) => this.#replace(snapshot)).catch((rejection: unknown) => {
      this.failure = asProblem(rejection);
      return () => {};
    });
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
    this.page = page;
  }

  /** Goes to the previous page. */
  goBack(): void {
    this.go(this.#previous);
  }

  /** Awaits an action of the user. A failure becomes a toast, unless the session already shows it. */
  async attempt(action: Promise<unknown>, done?: string, role?: string): Promise<boolean> {
    try {
      await action;
    } catch (rejection) {
      const problem = asProblem(rejection);
      if (!this.#isShown(problem, role)) this.toast({ problem });
      return false;
    }
    if (done) this.toast({ done });
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

  /** Assumes a role. A production role needs a second click, if the settings say so. */
  assume(name: string, limits?: Limits): void {
    const role = this.snapshot?.roles.find((candidate) => candidate.name === name);
    if (!limits && role?.production && this.snapshot?.settings.confirm_production) this.confirming = name;
    else this.assumeNow(name, limits);
  }

  assumeNow(role: string, limits?: Limits): void {
    this.confirming = null;
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
    void this.attempt(this.bridge.end(role), `Ended ${role}`);
  }

  copy(role: string, shell: Shell | null = null): void {
    const settings = this.snapshot?.settings;
    const target = copyTarget(shell ?? settings?.shell ?? "bash");
    const seconds = settings?.clipboard_clear_s ?? 0;
    const clears = seconds > 0 ? `. Clears in ${seconds} s` : "";
    void this.attempt(this.bridge.copyExport(role, shell), `Copied ${target}${clears}`);
  }

  toast(content: { done: string } | { problem: Problem }): void {
    const id = ++this.#lastToast;
    this.toasts = [...this.toasts.slice(-2), { id, ...content }];
    setTimeout(() => this.dropToast(id), "done" in content ? DONE_TOAST_MS + content.done.length * READ_MS : PROBLEM_TOAST_MS);
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
