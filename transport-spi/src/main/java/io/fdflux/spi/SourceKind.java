package io.fdflux.spi;

/** The events of a kernel that are not the readiness of a descriptor. {@link EventSources} watches them. */
public enum SourceKind {

    /** A signal of this process, by its number. The JVM's reaction to the signal is off while it is watched. */
    SIGNAL,

    /** The exit of a process, by its pid. */
    PROCESS,

    /** Changes of an open file or directory, by its descriptor's number. {@link FileChange} has the bits. */
    FILE,

    /** A point in time of the clock that users and NTP set, in nanoseconds since 1970-01-01T00:00:00Z. */
    TIMER
}
