package io.fdflux.file;

import io.fdflux.posix.ffi.PathBytes;
import io.fdflux.posix.io.Inotify;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.file.Path;
import java.util.Collection;

/** Decodes what a read of an inotify(7) descriptor returns. */
final class InotifyEvents {

    /**
     * One event.
     *
     * @param watch  the number of the watch, -1 for the queue itself
     * @param mask   bits of {@link Inotify}
     * @param cookie the number that the two halves of a rename share
     * @param name   of the directory's entry, relative; null for an event of the watched directory itself
     */
    record Event(int watch, int mask, int cookie, Path name) {

        boolean has(int bits) {
            return (mask & bits) != 0;
        }

        boolean isOfDirectory() {
            return has(Inotify.IS_DIRECTORY);
        }

        /** The move's number, without its sign; 0 for other events: inotify(7), cookie. */
        long move() {
            return Integer.toUnsignedLong(cookie);
        }
    }

    private InotifyEvents() {}

    /** Decodes the readable bytes of a buffer, which stays the caller's. A read returns whole events: inotify(7). */
    static void decode(ByteBuf buffer, Collection<? super Event> events) {
        int at = buffer.readerIndex();
        int end = buffer.writerIndex();
        while (at + Inotify.EVENT_BYTES <= end) {
            int length = buffer.getIntLE(at + Inotify.LENGTH_OFFSET);
            events.add(new Event(
                    buffer.getIntLE(at + Inotify.WATCH_OFFSET),
                    buffer.getIntLE(at + Inotify.MASK_OFFSET),
                    buffer.getIntLE(at + Inotify.COOKIE_OFFSET),
                    name(buffer, at + Inotify.EVENT_BYTES, length)));
            at += Inotify.EVENT_BYTES + length;
        }
    }

    /** The platforms of the tables are little-endian, so the machine's order is that of the getters here. */
    private static Path name(ByteBuf buffer, int at, int length) {
        if (length == 0) {
            return null;
        }
        int end = buffer.indexOf(at, at + length, (byte) 0);
        return PathBytes.name(ByteBufUtil.getBytes(buffer, at, end < 0 ? length : end - at));
    }
}
