package io.fdflux.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** Length and SHA-256 of a stream. One thread at a time. */
public final class Digest {

    private final MessageDigest sha;
    private volatile long length;

    public Digest() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    public static Digest of(byte[] bytes) {
        return new Digest().add(bytes, bytes.length);
    }

    /** {@return bytes without repetition, the same for the same seed} */
    public static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    public static ByteBuf direct(byte[] bytes) {
        return ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    public Digest add(byte[] bytes, int count) {
        sha.update(bytes, 0, count);
        length += count;
        return this;
    }

    public Digest add(ByteBuf buffer) {
        for (ByteBuffer part : buffer.nioBuffers()) {
            sha.update(part);
        }
        length += buffer.readableBytes();
        return this;
    }

    public long length() {
        return length;
    }

    /** Ends the stream and returns its length and digest. */
    public String end() {
        return length + " bytes, " + HexFormat.of().formatHex(sha.digest());
    }
}
