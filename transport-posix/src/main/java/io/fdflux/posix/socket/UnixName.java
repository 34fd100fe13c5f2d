package io.fdflux.posix.socket;

import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.PathBytes;
import io.fdflux.posix.ffi.RawFiles;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * A checked and encoded name of a Unix-domain socket, the bytes of {@code sun_path}. It is a path, or a name in Linux's
 * abstract namespace, which begins with NUL and is not a file: unix(7).
 *
 * @param bytes without the final NUL of a path; never modified
 */
record UnixName(byte[] bytes) {

    /** The size of {@code sun_path}, with the final NUL. */
    static final int PATH_BYTES = Platform.current().os() == Platform.Os.LINUX ? 108 : 104;

    private static final boolean HAS_ABSTRACT = Platform.current().os() == Platform.Os.LINUX;

    /** In the C locale this is ASCII. Names that it cannot encode are UTF-8, as in other programs. */
    private static final Charset FILE_NAMES = RawFiles.charsetOfNames();

    /**
     * Checks and encodes a name.
     *
     * @param call the call for the message, such as {@code bind}
     * @param text a path, or NUL and a name
     * @throws IOException if no socket can have that name here
     */
    static UnixName of(String call, String text) throws IOException {
        if (text.isEmpty()) {
            throw refused(call, text, "EINVAL", "the path is empty; give that of a file");
        }
        UnixName name = new UnixName(PathBytes.of(text));
        int limit = name.isAbstract() ? PATH_BYTES : PATH_BYTES - 1;
        int length = name.bytes.length;
        if (length > limit) {
            throw refused(
                    call,
                    text,
                    "ENAMETOOLONG",
                    "a Unix-domain address holds " + limit + " bytes here, and this one has " + length
                            + "; choose a shorter path, or one relative to the working directory");
        }
        if (!name.isAbstract() && text.indexOf('\0') >= 0) {
            throw refused(call, text, "EINVAL", "a path has no NUL in it: the system would cut it off there");
        }
        if (name.isAbstract() && !HAS_ABSTRACT) {
            throw refused(
                    call,
                    text,
                    "EINVAL",
                    "a name that begins with NUL belongs to Linux's abstract namespace, which "
                            + Platform.current().os().key() + " does not have; give the path of a file");
        }
        return name;
    }

    private static IOException refused(String call, String text, String errno, String why) {
        return new PosixException(
                call + "(" + text.replace('\0', '@') + "): " + why + " (" + errno + ")", call, Constants.value(errno));
    }

    /** Decodes a name to the argument of {@link #of}. Null for an unbound socket, whose name is empty or all NUL. */
    static String decode(byte[] sunPath) {
        boolean named = HAS_ABSTRACT && sunPath.length > 0 && sunPath[0] == 0;
        int end = sunPath.length;
        if (!named) {
            end = 0;
            while (end < sunPath.length && sunPath[end] != 0) {
                end++;
            }
        }
        if (end == 0) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(sunPath, 0, end);
        try {
            return FILE_NAMES.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return new String(sunPath, 0, end, StandardCharsets.UTF_8);
        }
    }

    boolean isAbstract() {
        return bytes[0] == 0;
    }
}
