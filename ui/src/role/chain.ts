// The steps of a role's chain.

import type { KeyView, RoleView } from "../state/types";

export interface ChainStep {
  kind: "key" | "role" | "missing";
  name: string;
  account: string;
  /** Whether the account differs from that of the previous step. */
  crosses: boolean;
}

/** Returns the steps from the access key to the role; a source that does not exist is a missing step. */
export function chainSteps(role: RoleView, roles: RoleView[], keys: KeyView[]): ChainStep[] {
  const names = role.chain.length > 0 ? role.chain : [role.source, role.name];
  const steps = names.map((name, i): ChainStep => {
    const asRole = i === names.length - 1 ? role : roles.find((candidate) => candidate.name === name);
    const asKey = keys.find((candidate) => candidate.name === name);
    if (i === 0 && asKey) return { kind: "key", name, account: asKey.account_id, crosses: false };
    if (asRole) return { kind: "role", name, account: asRole.account_id, crosses: false };
    return { kind: "missing", name, account: "", crosses: false };
  });
  return steps.map((step, i) => {
    const previous = steps[i - 1]?.account;
    return { ...step, crosses: Boolean(previous && step.account && previous !== step.account) };
  });
}
