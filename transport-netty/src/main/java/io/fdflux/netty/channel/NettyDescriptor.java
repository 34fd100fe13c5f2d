package io.fdflux.netty.channel;

import io.fdflux.posix.Descriptor;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/**
 * A {@link Descriptor} as Netty's {@link FileDescriptor}. Closing it needs no native library of Netty; its read and
 * write methods do.
 */
public final class NettyDescriptor extends FileDescriptor {

    private final Descriptor descriptor;

    public NettyDescriptor(Descriptor descriptor) {
        super(descriptor.number());
        this.descriptor = descriptor;
    }

    @Override
    public void close() throws IOException {
        markClosed();
        descriptor.close();
    }

    @Override
    public boolean isOpen() {
        return descriptor.isOpen();
    }

    /** Keeps a descriptor's number open for a call, if the descriptor is of this library; false if it is closed. */
    public static boolean lease(FileDescriptor any) {
        return any instanceof NettyDescriptor ours ? ours.descriptor.lease() : any.isOpen();
    }

    /** Gives the lease back. */
    public static void release(FileDescriptor any) {
        if (any instanceof NettyDescriptor ours) {
            ours.descriptor.releaseUnchecked();
        }
    }
}
