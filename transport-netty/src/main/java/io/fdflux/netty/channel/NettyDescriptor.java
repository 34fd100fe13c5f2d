package io.fdflux.netty.channel;

import io.fdflux.posix.Descriptor;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/**
 * Netty's view of a descriptor of ours: closed without Netty's native library. Its reads and writes still need
 * that library.
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

    /** Keeps a descriptor's number open for a call, where it is one of ours; false if it is closed. */
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
