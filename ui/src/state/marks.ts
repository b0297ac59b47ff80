// The user's labels of a role.

import type { App } from "./app.svelte";
import type { RoleMarks, RoleView, Snapshot } from "./types";

/** Returns the labels of a role with a change. */
export function marksWith(role: RoleView, change: Partial<RoleMarks>): RoleMarks {
  const { favourite, colour, production, marked_group: group } = role;
  return { favourite, colour, production: production || null, group, ...change };
}

/** Makes a role a favourite, or no longer. Returns whether that was saved. */
export async function toggledFavourite(app: App, snapshot: Snapshot, name: string | null): Promise<boolean> {
  const role = snapshot.roles.find((one) => one.name === name);
  if (!role) return false;
  return app.attempt(app.bridge.markRole(role.name, marksWith(role, { favourite: !role.favourite })));
}
