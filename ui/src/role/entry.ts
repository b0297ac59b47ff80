// A role as the form holds it: every field a text, empty where nothing is set.

import type { RoleEntry } from "../bridge";
import { durationEntry } from "../clock";
import type { RoleView } from "../snapshot";

export type Draft = { [Field in keyof RoleEntry]: string };

/** Returns the form's texts of a role; without one, of a new role from `source`. */
export function draftOf(role: RoleView | null, source: string): Draft {
  return {
    name: role?.name ?? "",
    arn: role?.arn ?? "",
    source: role?.source ?? source,
    session_name: role?.session_name ?? "",
    duration: role?.duration_s ? durationEntry(role.duration_s) : "",
    external_id: role?.external_id ?? "",
    mfa_serial: role?.mfa_serial ?? "",
    region: role?.region ?? "",
    group: role?.group ?? "",
  };
}

/** Returns the role to save; what the user left empty is null. */
export function entryOf(draft: Draft): RoleEntry {
  const set = (text: string) => text.trim() || null;
  return {
    name: draft.name.trim(),
    arn: draft.arn.trim(),
    source: draft.source,
    session_name: set(draft.session_name),
    duration: set(draft.duration),
    external_id: set(draft.external_id),
    mfa_serial: set(draft.mfa_serial),
    region: set(draft.region),
    group: set(draft.group),
  };
}
