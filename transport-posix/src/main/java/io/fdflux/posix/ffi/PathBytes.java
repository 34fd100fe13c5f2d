package io.fdflux.posix.ffi;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of a file's name. A kernel's names are bytes, and the JDK's {@link Path} keeps them, but its text replaces
 * those that are not of the JDK's encoding. The URI of a path keeps them too: UnixUriUtils of the JDK's
 * sun.nio.fs. Thread-safe.
 */
public final class PathBytes {

    /** Stands in texts for bytes that cannot be decoded. */
    private static final char REPLACEMENT = '\ufffd';

    private static final int HEX = 16;
    private static final int ESCAPE_LENGTH = 3;

    private PathBytes() {}

    /**
     * The bytes that a path stands for.
     *
     * @param path of the default file system
     * @return its bytes, without a final NUL; those of the absolute path if its text lacks some
     */
    public static byte[] of(Path path) {
        String text = path.toString();
        if (text.indexOf(REPLACEMENT) < 0) {
            return of(text);
        }
        String escaped = path.toUri().getRawPath();
        byte[] bytes = new byte[escaped.length()];
        int length = 0;
        for (int i = 0; i < escaped.length(); length++) {
            if (escaped.charAt(i) == '%') {
                bytes[length] = (byte) Integer.parseInt(escaped, i + 1, i + ESCAPE_LENGTH, HEX);
                i += ESCAPE_LENGTH;
            } else {
                bytes[length] = (byte) escaped.charAt(i);
                i++;
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    /**
     * Encodes a text as the JDK encodes file names. In the C locale that is ASCII. What it cannot encode is UTF-8, as
     * in other programs, and not a question mark.
     *
     * @param text of a name or an argument
     * @return its bytes, without a final NUL
     */
    public static byte[] of(String text) {
        try {
            ByteBuffer encoded = RawFiles.charsetOfNames().newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * The path of a directory's entry.
     *
     * @param name its bytes, without slash and NUL
     * @return a relative path of one name
     */
    public static Path name(byte[] name) {
        Charset charset = RawFiles.charsetOfNames();
        String text = new String(name, charset);
        if (text.indexOf(REPLACEMENT) < 0) {
            return Path.of(text);
        }
        StringBuilder escaped = new StringBuilder("file:///");
        for (byte one : name) {
            escaped.append('%');
            escaped.append(Character.forDigit(one >> 4 & 0xf, HEX));
            escaped.append(Character.forDigit(one & 0xf, HEX));
        }
        return Path.of(URI.create(escaped.toString())).getFileName();
    }
}
