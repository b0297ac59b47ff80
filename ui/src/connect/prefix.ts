// What the names of connected profiles start with where a profile of the role's own name is in AWS's file already.

export const OWN_PREFIX = "rolecall-";
