package io.fdflux.process;

/** What a standard descriptor of a new process is. */
public enum Standard {

    /** A pipe to this process. */
    PIPE,

    /** That of this process. */
    INHERIT,

    /** /dev/null. */
    DISCARD,

    /** The same as its output; for its errors only. */
    OUTPUT
}
