package io.fdflux.examples.webflux;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.core.io.buffer.DataBuffer;

/** A SHA-256 in the making, and how much went into it. Not thread-safe. */
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

    /** Takes all bytes of a buffer, which stays the caller's. */
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

    /** The digest, in lower case; nothing can be added after that. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
