package io.fdflux.file;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Recognises file systems of other machines. A kernel does not report what those machines change. */
final class NetworkFiles {

    /** As {@link FileStore#type()} names them on Linux (proc_filesystems(5)), macOS and the BSDs. */
    private static final Set<String> TYPES = Set.of(
            "nfs",
            "nfs3",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "afpfs",
            "webdav",
            "ceph",
            "glusterfs",
            "lustre",
            "gfs2",
            "ocfs2",
            "afs",
            "fuse.sshfs",
            "fuse.glusterfs",
            "fuse.s3fs",
            "fuse.rclone");

    private NetworkFiles() {}

    /**
     * Refuses a file system whose changes the kernel does not report. May block.
     *
     * @param existing a file or directory
     * @throws IOException if it is on the file system of another machine, or cannot be asked
     */
    static void refuse(Path existing) throws IOException {
        String type = Files.getFileStore(existing).type();
        if (TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            throw new IOException(existing + " is on a file system of type " + type
                    + ", of which the kernel reports only the changes made by this machine; use polled(Duration)");
        }
    }
}
