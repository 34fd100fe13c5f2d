package io.fdflux.file;

/** What has happened to a file or directory. */
public enum ChangeKind {
    /** It was made. */
    CREATED,
    /** Its content was written or truncated. */
    MODIFIED,
    /** Its attributes were changed, such as owner, permissions or times. */
    ATTRIBUTES,
    /** It was removed. */
    DELETED,
    /** It lost its name by rename(2). */
    MOVED_FROM,
    /** It got its name by rename(2). */
    MOVED_TO,
    /** Events were lost. The state has to be read again. */
    OVERFLOW
}
