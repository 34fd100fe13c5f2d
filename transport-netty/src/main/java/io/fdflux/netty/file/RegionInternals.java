package io.fdflux.netty.file;

import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.io.FileDescriptor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;

/**
 * Reads private fields of Netty's {@code DefaultFileRegion} and the JDK's {@code FileChannel}, where this JVM allows
 * it. Netty's own transports read them through JNI, which needs no permission.
 *
 * <pre>
 *                              | visible on the class path | in named modules
 * -----------------------------+---------------------------+--------------------------------------------------------
 * the region's file            | always                    | --add-opens io.netty.transport/io.netty.channel=
 *                              |                           |   io.fdflux.netty
 * the file channel's descriptor| --add-opens java.base/sun.nio.ch=... and --add-opens java.base/java.io=..., for
 *                              | ALL-UNNAMED or io.fdflux.netty
 * </pre>
 */
final class RegionInternals {

    /** Fields of Netty's region. */
    private static final class Region {
        static final VarHandle PATH;
        static final VarHandle CHANNEL;
        static final VarHandle TRANSFERRED;

        static {
            VarHandle path = null;
            VarHandle channel = null;
            VarHandle transferred = null;
            try {
                Lookup lookup = MethodHandles.privateLookupIn(DefaultFileRegion.class, MethodHandles.lookup());
                path = lookup.findVarHandle(DefaultFileRegion.class, "f", File.class);
                channel = lookup.findVarHandle(DefaultFileRegion.class, "file", FileChannel.class);
                transferred = lookup.findVarHandle(DefaultFileRegion.class, "transferred", long.class);
            } catch (ReflectiveOperationException e) {
                transferred = null; // not open, or another Netty: regions then transfer themselves
            }
            PATH = path;
            CHANNEL = channel;
            TRANSFERRED = transferred;
        }
    }

    /** Fields of the JDK's channel. */
    private static final class Channel {
        static final Class<?> TYPE;
        static final VarHandle DESCRIPTOR;
        static final VarHandle NUMBER;

        static {
            Class<?> type = null;
            VarHandle descriptor = null;
            VarHandle number = null;
            try {
                type = Class.forName("sun.nio.ch.FileChannelImpl");
                descriptor = MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                        .findVarHandle(type, "fd", FileDescriptor.class);
                number = MethodHandles.privateLookupIn(FileDescriptor.class, MethodHandles.lookup())
                        .findVarHandle(FileDescriptor.class, "fd", int.class);
            } catch (ReflectiveOperationException e) {
                number = null; // not open, the default: files are copied
            }
            TYPE = type;
            DESCRIPTOR = descriptor;
            NUMBER = number;
        }
    }

    private RegionInternals() {}

    /**
     * {@return whether the region's file can be read} Subclasses are excluded, because their {@code transferTo} may do
     * more than transfer.
     */
    static boolean visible(Object region) {
        return region.getClass() == DefaultFileRegion.class && Region.TRANSFERRED != null;
    }

    /** {@return the file that the region would open; null if it wraps a channel, or is open} */
    static File fileToOpen(DefaultFileRegion region) {
        return region.isOpen() ? null : (File) Region.PATH.get(region);
    }

    /** {@return the channel of an open region} */
    static FileChannel channel(DefaultFileRegion region) {
        return (FileChannel) Region.CHANNEL.get(region);
    }

    static void transferred(DefaultFileRegion region, long bytes) {
        Region.TRANSFERRED.set(region, bytes);
    }

    /** {@return whether the descriptors of file channels can be read} */
    static boolean descriptorsVisible() {
        return Channel.NUMBER != null;
    }

    /** {@return the number of the channel's descriptor; -1 if it is closed or cannot be read} */
    static int number(FileChannel channel) {
        if (Channel.NUMBER == null || channel.getClass() != Channel.TYPE || !channel.isOpen()) {
            return -1;
        }
        return (int) Channel.NUMBER.get((FileDescriptor) Channel.DESCRIPTOR.get(channel));
    }
}
