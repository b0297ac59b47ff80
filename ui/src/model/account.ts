// The accounts of production that a question is about.

import type { RoleView } from "../state/types";
import { grouped } from "./arn";
import { visible } from "./visible";

/** Returns an account by its name and ID. */
export function namedAccount(accountId: string, name: string | null | undefined): string {
  return name ? `${visible(name)} (${grouped(accountId)})` : grouped(accountId);
}

/** Returns the accounts of those of these roles that act on production, each once. */
export function productionAccounts(names: string[], roles: RoleView[]): string[] {
  const those = roles.filter((role) => role.production && names.includes(role.name));
  return [...new Set(those.map((role) => namedAccount(role.account_id, role.account_alias)))];
}
