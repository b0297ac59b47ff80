// The words for who asks, what for, and what came of it.

import type { Consent, HistoryLine, Process, QuestionView, RequestKind } from "../snapshot";
import { visible } from "../visible";

/** What each policy of a role says, in the order in which they are offered. */
export const CONSENTS: { value: Consent; label: string; meaning: string }[] = [
  { value: "allow", label: "Allow", meaning: "Any program of yours gets it. The history tells which did." },
  { value: "once", label: "Ask once per process tree", meaning: "Rolecall asks you. You may allow a whole terminal or application until it ends." },
  { value: "ask", label: "Ask every time", meaning: "Rolecall asks you for each request, even of the same program." },
  { value: "never", label: "Never", meaning: "No program gets it. You can still assume it and copy its exports here." },
];

/** What each policy of an access key means. */
export const KEY_MEANINGS: Record<Consent, string> = {
  allow: "Your programs get sessions of this key without asking.",
  once: "Rolecall asks you. You can allow a whole terminal or application until it ends.",
  ask: "Rolecall asks you for each request.",
  never: "No program gets a session of this key. Roles that use it still work.",
};

const WANTS: Record<RequestKind, string> = {
  credentials: "its credentials", env: "its export block", exec: "its credentials for a program", endpoint: "its credentials over the endpoint",
  assume: "a session", copy: "its export block", console: "a sign-in to the console", profile: "a temporary profile",
  key: "a session of the key itself, not of a role", put_back: "its secret in plaintext in AWS’s credentials file",
};

const REQUESTS: Record<RequestKind, string> = {
  credentials: "credentials", env: "export block", exec: "environment", endpoint: "endpoint",
  assume: "session", copy: "copied exports", console: "console", profile: "temporary profile",
  key: "session of a key", put_back: "key put back into AWS’s file",
};

/** Returns what a program is called in a sentence. */
export function askerName(process: Process): string {
  return process.name === "" ? "A program" : visible(process.name);
}

/** Returns what a question is for, as in "… wants its credentials". */
export function wants(question: QuestionView): string {
  return WANTS[question.request];
}

/** Returns what is asked for, as in "aws asks for …". */
export function wanted(question: QuestionView): string {
  const name = visible(question.role);
  return question.request === "key" || question.request === "put_back" ? `the access key ${name}` : name;
}

/** Returns what a line of the history was for, in a word or two. */
export function requestName(line: HistoryLine): string {
  return REQUESTS[line.request];
}

/** Whether a request was answered, denied, or failed. */
export type Tone = "good" | "denied" | "failed";

/** Returns what came of a request. */
export function outcome(line: HistoryLine): { tone: Tone; text: string } {
  switch (line.verdict) {
    case "denied": return { tone: "denied", text: "Denied by you" };
    case "unasked": return { tone: "denied", text: "Denied: nobody could be asked" };
    case "unanswered": return { tone: "denied", text: "Denied: nobody answered" };
    case "limited": return { tone: "denied", text: "Denied without asking again" };
    case "never": return { tone: "denied", text: "Denied: for no program" };
    case "unknown": return { tone: "denied", text: "Denied: unknown name" };
    case "apart": return { tone: "denied", text: "Denied: in a container" };
    case "allowed": case "clicked": case "accepted": case "granted":
      if (line.failure !== null) return { tone: "failed", text: `Failed: ${line.failure.replaceAll("_", " ")}` };
      return { tone: "good", text: line.request === "profile" ? "Written" : GIVEN[line.verdict] };
  }
}

const GIVEN = { allowed: "Given", clicked: "Given to you", accepted: "Allowed once by you", granted: "Allowed for its tree" };

/** Returns who asked: the program, then those that started it. */
export function who(line: HistoryLine): string {
  if (line.process === "") return "You, in Rolecall";
  const lineage = [line.process, ...line.parents].map(visible).join(" ← ");
  return line.sandboxed ? `${lineage}, in a container` : lineage;
}
