package io.fdflux.examples.webflux;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.core.io.buffer.DataBuffer;

/** Computes a SHA-256 and counts its input. Not thread-safe. */
final class Sha256 {

    private final MessageDigest digest;
    private long bytes;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Adds all bytes of a buffer, which the caller still owns. */
    void update(DataBuffer buffer) {
        try (DataBuffer.ByteBufferIterator parts = buffer.readableByteBuffers()) {
            while (parts.hasNext()) {
                update(parts.next());
            }
        }
    }

    void update(ByteBuffer part) {
        bytes += part.remaining();
        digest.update(part);
    }

    long bytes() {
        return bytes;
    }

    /** {@return the digest in lower case} Nothing can be added afterwards. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
