package io.fdflux.spi;

/**
 * The bits of the changes that {@link EventSources} watches on an open file or directory. They are those of
 * EVFILT_VNODE in kqueue(2), in a numbering of their own, because kernels number them differently.
 */
public final class FileChange {

    /** Bytes were written. On a directory: an entry was made, removed or renamed. */
    public static final int WRITE = 1;

    /** The file has grown. On a directory: a subdirectory was made or removed. */
    public static final int EXTEND = 1 << 1;

    /** The file lost a name: unlink(2). It may have others. */
    public static final int DELETE = 1 << 2;

    /** The file was renamed: rename(2). */
    public static final int RENAME = 1 << 3;

    /** The attributes were changed, such as owner, permissions or times. */
    public static final int ATTRIBUTES = 1 << 4;

    /** The number of names has changed: link(2), unlink(2). */
    public static final int LINK = 1 << 5;

    /** The file is gone for its users: revoke(2), or its file system was unmounted. */
    public static final int REVOKE = 1 << 6;

    /** Every change. */
    public static final int ALL = WRITE | EXTEND | DELETE | RENAME | ATTRIBUTES | LINK | REVOKE;

    private FileChange() {}
}
