/** What a shell shows of a process that a signal ended: 128 and its number. */
export const EXIT_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** As of SIGPIPE: the reader of the output ended. */
export const CLOSED_PIPE = 141;

/** A terminal and npm both pass on one Ctrl-C: a second signal that is this early is the same. */
export const SAME_SIGNAL_MS = 150;
