// How long is waited for what has to come. What passes comes nowhere near these, on however slow or busy a machine: they are for what would never come.

/** For one look at the server: it answers what is not so after a minute. Longer than that. */
export const LIMIT = 120_000;

/** For one test of many steps, and for a program that runs many. */
export const LONG = 600_000;

/** For a suite. */
export const SUITE = 1_800_000;
