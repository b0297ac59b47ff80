// The window's shared state: the backend's snapshot, replaced whole; where the user is; and the time, while it matters.

import { instant } from "./clock";
import type { Bridge, Peer } from "./bridge";
import { untilNextTick } from "./countdown";
import { lifeOf } from "./life";
import { prepareSearch } from "./listing";
import { news } from "./news";
import { asProblem } from "./problem";
import type { Limits, Problem, SessionView, Shell, Snapshot } from "./snapshot";
import { shellName } from "./shell";

export type KeyWay = "clipboard" | "csv" | "profile" | "typed";

export type Page =
  | { at: "home" }
  | { at: "role"; name: string }
  | { at: "role-form"; name: string | null; copyOf?: string }
  | { at: "keys" }
  | { at: "key-form"; way: KeyWay }
  | { at: "move-in"; from: Peer }
  | { at: "history"; role: string | null }
  | { at: "aws-files" }
  | { at: "settings" };

/** A short answer to something the user did. */
export type Toast = { id: number; done: string } | { id: number; problem: Problem };

/** The first rows are shown before the search is prepared. */
const PREPARED_AFTER_MS = 50;
const DONE_TOAST_MS = 3_000;
/** How long a character takes to read. */
const READ_MS = 40;
const PROBLEM_TOAST_MS = 12_000;

export class App {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot. */
  failure = $state.raw<Problem | null>(null);
  page = $state.raw<Page>({ at: "home" });
  query = $state("");
  selected = $state<string | null>(null);
  /** Whether the user went past what a newcomer meets. */
  isPastFirstRun = $state(false);
  /** The production role that waits for a second click. */
  confirming = $state<string | null>(null);
  toasts = $state.raw<Toast[]>([]);
  /** The latest news, for screen readers. */
  told = $state("");
  /** AWS's present time in milliseconds, as fresh as what is shown needs it. */
  now = $state(Date.now());

  #before: Page = { at: "home" };
  #lastToast = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly bridge: Bridge) {}

  /** Follows the backend; returns how to stop. */
  async start(): Promise<() => void> {
    const look = () => this.#tick();
    document.addEventListener("visibilitychange", look);
    const stop = await this.bridge.follow((snapshot) => this.#replace(snapshot)).catch((rejection: unknown) => {
      this.failure = asProblem(rejection);
      return () => {};
    });
    return () => {
      stop();
      document.removeEventListener("visibilitychange", look);
      clearTimeout(this.#timer);
    };
  }

  go(page: Page): void {
    this.#before = this.page;
    this.page = page;
  }

  /** Goes to the page that led here. */
  goBack(): void {
    this.go(this.#before);
  }

  /** Runs what the user asked for; a failure becomes a toast, unless the session already tells it. */
  async attempt(action: Promise<unknown>, done?: string, role?: string): Promise<boolean> {
    try {
      await action;
    } catch (rejection) {
      const problem = asProblem(rejection);
      if (!this.#isTold(problem, role)) this.toast({ problem });
      return false;
    }
    if (done) this.toast({ done });
    return true;
  }

  /** Does what most people want: copies what lives, assumes what does not, explains what cannot be. */
  open(role: string): void {
    const session = this.snapshot?.sessions.find((candidate) => candidate.role === role);
    const problem = this.snapshot?.roles.find((candidate) => candidate.name === role)?.problem;
    if (session && lifeOf(session, 0, this.now).isLiving) this.copy(role);
    else if (problem) this.go({ at: "role", name: role });
    else if (session?.phase !== "assuming") this.assume(role);
  }

  /** Assumes a role; one that acts on production after a second click, where the user wants that. */
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

  /** Renews what lives; assumes anew what does not. */
  renewOrAssume(session: SessionView): void {
    if (lifeOf(session, 0, this.now).isLiving) this.renew(session.role);
    else this.assume(session.role);
  }

  end(role: string): void {
    void this.attempt(this.bridge.end(role), `Ended ${role}`);
  }

  copy(role: string, shell: Shell | null = null): void {
    const settings = this.snapshot?.settings;
    const name = shellName(shell ?? settings?.shell ?? "bash");
    const seconds = settings?.clipboard_clear_s ?? 0;
    const leaves = seconds > 0 ? ` · leaves the clipboard in ${seconds} s` : "";
    void this.attempt(this.bridge.copyExport(role, shell), `Copied for ${name}${leaves}`);
  }

  toast(content: { done: string } | { problem: Problem }): void {
    const id = ++this.#lastToast;
    this.toasts = [...this.toasts.slice(-2), { id, ...content }];
    setTimeout(() => this.dropToast(id), "done" in content ? DONE_TOAST_MS + content.done.length * READ_MS : PROBLEM_TOAST_MS);
  }

  dropToast(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  #isTold(problem: Problem, role: string | undefined): boolean {
    if (problem.code === "cancelled") return true;
    const session = this.snapshot?.sessions.find((candidate) => candidate.role === role);
    return session?.problem?.what === problem.what;
  }

  #replace(snapshot: Snapshot): void {
    this.told = news(this.snapshot, snapshot).join(" ") || this.told;
    if (snapshot.roles !== this.snapshot?.roles) setTimeout(() => prepareSearch(snapshot.roles), PREPARED_AFTER_MS);
    this.snapshot = snapshot;
    this.failure = null;
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    if (!this.snapshot || document.visibilityState === "hidden") return;
    this.now = Date.now() + this.snapshot.clock_offset_ms;
    const expiries = this.snapshot.sessions.map((session) => instant(session.expires_at));
    const codes = this.snapshot.prompts.map((prompt) => instant(prompt.next_code_at));
    const wait = untilNextTick(this.now, expiries.filter(isSet), codes.filter(isSet));
    if (wait !== null) this.#timer = setTimeout(() => this.#tick(), wait);
  }
}

function isSet(value: number | null): value is number {
  return value !== null;
}
