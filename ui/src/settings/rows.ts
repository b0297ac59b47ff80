// The settings of the window: every one of settings.toml, in groups, each with its kind of control.

import { CONSENTS } from "../model/words";
import type { SettingValue } from "../state/calls";
import { shellName, SHELLS } from "../model/shell";

export interface Choice {
  value: SettingValue;
  label: string;
}

export interface SettingRow {
  section: string;
  name: string;
  label: string;
  note: string;
  kind: "switch" | "choice" | "text" | "fixed";
  /** What applies if the file says nothing; null is nothing at all. */
  usual: SettingValue | null;
  choices?: Choice[];
  placeholder?: string;
}

export interface SettingGroup {
  title: string;
  rows: SettingRow[];
}

function row(place: string, kind: SettingRow["kind"], usual: SettingValue | null, label: string, note: string, more: Partial<SettingRow> = {}): SettingRow {
  const [section = "", name = ""] = place.split(".");
  return { section, name, kind, usual, label, note, ...more };
}

function times(...texts: [string, string][]): Choice[] {
  return texts.map(([value, label]) => ({ value, label }));
}

const POLICIES: Choice[] = CONSENTS.map(({ value, label }) => ({ value, label }));

/** All groups, in the order of the page. */
export const SETTING_GROUPS: SettingGroup[] = [
  { title: "Copying", rows: [
    row("export.shell", "choice", "bash", "Shell", "What “Copy” writes.", { choices: SHELLS.map((shell) => ({ value: shell, label: shellName(shell) })) }),
    row("clipboard.clear_after", "choice", "30s", "Clear the clipboard", "If it still holds what you copied.", {
      choices: times(["15s", "after 15 s"], ["30s", "after 30 s"], ["2m", "after 2 min"], ["5m", "after 5 min"], ["1h", "after 1 h"]),
    }),
  ] },
  { title: "Reminders", rows: [
    row("notifications.lead_times", "choice", ["10m", "2m"], "Before a session ends", "When warnings come.", {
      choices: [
        { value: ["10m", "2m"], label: "10 and 2 min before" }, { value: ["5m"], label: "5 min before" },
        { value: ["15m", "5m", "1m"], label: "15, 5 and 1 min before" }, { value: ["30m", "10m", "2m"], label: "30, 10 and 2 min before" },
        { value: [], label: "never" },
      ],
    }),
    row("notifications.quiet_hours", "text", null, "Quiet hours", "No notification about a session comes in these hours.", { placeholder: "22:00-07:00" }),
    row("keys.rotate_after", "choice", "90d", "Old access keys", "From when on to replace a key.", {
      choices: times(["30d", "after 30 days"], ["60d", "after 60 days"], ["90d", "after 90 days"], ["180d", "after 180 days"], ["365d", "after a year"], ["off", "never"]),
    }),
  ] },
  { title: "Safety", rows: [
    row("production.confirm", "switch", true, "Confirm production roles", "You type the account’s name before such a role is assumed."),
    row("production.duration", "choice", "1h", "Sessions of production", "For roles without a duration of their own.", {
      choices: times(["15m", "15 min"], ["30m", "30 min"], ["45m", "45 min"], ["1h", "1 h"]),
    }),
    row("production.allow_yes", "switch", false, "Let --yes confirm production", "Any of your programs can then assume it with rolecall assume --yes."),
    row("ask.default", "choice", "allow", "When a program asks for a role", "For roles and keys without a policy of their own.", { choices: POLICIES }),
    row("ask.containers", "choice", "never", "In containers and sandboxes", "If it is stricter than the policy of the role.", { choices: POLICIES }),
  ] },
  { title: "MFA codes", rows: [
    row("mfa.session", "choice", "12h", "A shared code is used for", "Then Rolecall asks for the next one.", {
      choices: times(["15m", "15 min"], ["1h", "1 h"], ["4h", "4 h"], ["8h", "8 h"], ["12h", "12 h"], ["36h", "36 h"]),
    }),
    row("mfa.process", "fixed", null, "Program for codes", "Since it is run, it is changed only in settings.toml."),
  ] },
  { title: "AWS", rows: [
    row("aws.region", "text", null, "Region", "Of roles that name none.", { placeholder: "eu-west-1" }),
    row("aws.proxy", "fixed", null, "Proxy", "For calls to AWS; changed only in settings.toml."),
    row("aws.ca_bundle", "fixed", null, "Certificate authorities", "A PEM file, trusted beside the system’s; changed only in settings.toml."),
    row("aws.endpoint_url", "text", null, "Endpoint", "On this machine only, for tests.", { placeholder: "http://127.0.0.1:4566" }),
    row("aws.fips", "switch", false, "FIPS endpoints", "In the USA and GovCloud."),
    row("aws.dual_stack", "switch", false, "Dual-stack endpoints", "For IPv4 and IPv6."),
  ] },
  { title: "Console", rows: [
    row("console.browser", "fixed", null, "Browser", "The default one if none is named; since it is run, it is changed only in settings.toml."),
    row("console.duration", "choice", null, "Console sessions last", "Where AWS allows it.", {
      choices: [{ value: "", label: "as AWS decides" }, ...times(["1h", "1 h"], ["4h", "4 h"], ["8h", "8 h"], ["12h", "12 h"])],
    }),
    row("console.sign_in", "choice", "form", "Sign in with", "A form stays out of the browser’s history.", { choices: times(["form", "a form"], ["redirect", "a redirect"]) }),
    row("console.sign_out_first", "switch", false, "Sign out first", "Ends other console sessions of the browser."),
  ] },
  { title: "Programs", rows: [
    row("agent.start", "choice", "without_display", "The command line starts an agent", "If Rolecall is not running.", {
      choices: times(["without_display", "if there is no display"], ["always", "always"], ["never", "never"]),
    }),
  ] },
];

/** Returns whether two values are the same. */
export function isSame(one: SettingValue | null, other: SettingValue | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Returns a value as the file's user reads it. */
export function valueText(value: SettingValue | null): string {
  return Array.isArray(value) ? value.join(" ") : String(value ?? "");
}
