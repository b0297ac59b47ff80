// Texts for requests of programs: who asks, what for, and the outcome.

import type { Consent, HistoryLine, Process, ConsentView, RequestKind, SetupAct, SetupQuestion } from "../state/types";
import { visible } from "./visible";

/** The access policies of a role, in menu order. */
export const CONSENTS: { value: Consent; label: string; meaning: string }[] = [
  { value: "allow", label: "Allow", meaning: "Your programs can use this role without asking." },
  { value: "once", label: "Ask once per terminal or app", meaning: "Rolecall asks you. You can allow a whole terminal or app until you close it." },
  { value: "ask", label: "Ask every time", meaning: "Rolecall asks you for each request." },
  { value: "never", label: "Never", meaning: "No program can use this role. You can still assume it and copy its credentials." },
];

/** What the first of them means for a role that acts on production. */
export const OF_PRODUCTION = "This role acts on production, so Rolecall asks you once per terminal or app.";

/** What each access policy means for an access key. */
export const KEY_MEANINGS: Record<Consent, string> = {
  allow: "Your programs can use this key without asking.",
  once: "Rolecall asks you. You can allow a whole terminal or app until you close it.",
  ask: "Rolecall asks you for each request.",
  never: "No program can use this key. Roles that use it still work.",
};

const REQUESTED: Record<RequestKind, string> = {
  credentials: "credentials", env: "export block", exec: "credentials for a program it starts", console: "sign-in to the AWS console", endpoint: "credentials through the endpoint",
  assume: "new session", copy: "export block", profile: "temporary profile",
  key: "session of the access key itself", put_back: "secret key, written in plaintext to AWS’s credentials file",
  preview: "what a change of IAM would do", preview_with_key: "what a change of IAM would do, read with the access key",
  setup: "change of roles and policies in IAM", setup_with_key: "change of roles and policies in IAM with the access key itself",
  revoke: "revocation of sessions at AWS", revoke_with_key: "revocation of sessions at AWS with the access key itself",
  rotate: "change of the user’s access keys in IAM",
};

const REQUESTS: Record<RequestKind, string> = {
  credentials: "credentials", env: "export block", exec: "exec", console: "console", endpoint: "endpoint",
  assume: "session", copy: "copied", profile: "temporary profile",
  key: "key session", put_back: "key moved back to file", rotate: "key rotation",
  preview: "preview", preview_with_key: "preview with key", setup: "setup", setup_with_key: "setup with key",
  revoke: "revocation", revoke_with_key: "revocation with key",
};

/** Returns the display name of a process. */
export function askerName(process: Process): string {
  return process.name === "" ? "A program" : visible(process.name);
}

const OF_KEYS: RequestKind[] = ["key", "put_back", "preview_with_key", "setup_with_key", "revoke_with_key", "rotate"];

/** Returns what is requested, as in "Request: credentials". */
export function requested(question: ConsentView): string {
  return REQUESTED[question.request];
}

const SETUP_ACTS: Record<SetupAct, string> = { apply: "Apply", resume: "Go on with", undo: "Take back" };

/** Returns which setup a request is for. */
export function setupText(setup: SetupQuestion): string {
  const steps = setup.steps === 1 ? "1 step" : `${setup.steps} steps`;
  return `${SETUP_ACTS[setup.act]} the setup of ${visible(setup.role_arn)}: ${steps}. It changes roles and policies in IAM.`;
}

/** Returns whether a request is for an access key and not for a role. */
export function isOfKey(question: ConsentView): boolean {
  return OF_KEYS.includes(question.request);
}

/** Returns the role or key that is requested, as in "aws wants access to …". */
export function target(question: ConsentView): string {
  const name = visible(question.role);
  return isOfKey(question) ? `key ${name}` : name;
}

/** Returns the kind of request of a history line. */
export function requestName(line: HistoryLine): string {
  return REQUESTS[line.request];
}

/** Whether a request was answered, denied, or failed. */
export type Tone = "good" | "denied" | "failed";

/** Returns the outcome of a request. */
export function outcome(line: HistoryLine): { tone: Tone; text: string } {
  switch (line.verdict) {
    case "denied": return { tone: "denied", text: "Denied" };
    case "unasked": return { tone: "denied", text: "Denied: nobody to ask" };
    case "unanswered": return { tone: "denied", text: "Denied: no answer" };
    case "limited": return { tone: "denied", text: "Denied without asking" };
    case "never": return { tone: "denied", text: "Blocked" };
    case "unknown": return { tone: "denied", text: "Denied: unknown name" };
    case "apart": return { tone: "denied", text: "Denied: in a container" };
    case "allowed": case "clicked": case "accepted": case "granted":
      if (line.failure !== null) return { tone: "failed", text: `Failed: ${line.failure.replaceAll("_", " ")}` };
      return { tone: "good", text: line.request === "profile" ? "Written" : ALLOWED[line.verdict] };
  }
}

const ALLOWED = { allowed: "Allowed", clicked: "You", accepted: "Allowed once", granted: "Allowed (terminal)" };

/** Returns who asked: the process, then its parents. */
export function who(line: HistoryLine): string {
  if (line.process === "") return "You, in Rolecall";
  const lineage = [line.process, ...line.parents].map(visible).join(" ← ");
  return line.sandboxed ? `${lineage}, in a container` : lineage;
}
