package io.fdflux.netty.unix;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.netty.channel.NettyDescriptor;
import io.fdflux.netty.channel.StreamUnsafe;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.DescriptorMessage;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.net.ProtocolException;

/**
 * The read and write calls of Unix-domain streams, whose bytes may carry descriptors. One object per loop thread, which
 * keeps no state between calls.
 */
public final class PassedDescriptors {

    private static final FastThreadLocal<PassedDescriptors> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected PassedDescriptors initialValue() {
            return new PassedDescriptors();
        }
    };

    private final DescriptorMessage taking = new DescriptorMessage(DescriptorMessage.MAX_DESCRIPTORS);
    private final DescriptorMessage closing = new DescriptorMessage(0);

    private PassedDescriptors() {}

    public static PassedDescriptors ofLoop() {
        return OF_LOOP.get();
    }

    /** Reads bytes; the kernel closes the descriptors that come with them, unix(7). */
    public int receiveBytes(int fd, Registration registration, long address, int capacity) {
        int n = closing.receive(fd, address, capacity);
        if (n > 0) {
            // Linux ends a read after the bytes that carry descriptors, even if more bytes are queued:
            // unix_stream_read_generic() in net/unix/af_unix.c.
            registration.onRead(closing.isTruncated() ? n : capacity, n);
        }
        return n;
    }

    /**
     * Reads one byte and delivers the descriptors that came with it.
     *
     * @return 1, {@link Input#END}, or {@code -errno}
     */
    public int read(StreamUnsafe unsafe, Registration registration, RecvByteBufAllocator.ExtendedHandle sizes) {
        int n = taking.receive(unsafe.fd());
        registration.countRead(n);
        if (n <= 0) {
            if (n == -Errno.EAGAIN) {
                unsafe.onFirstRead(false);
            }
            return n == 0 ? Input.END : n;
        }
        unsafe.onFirstRead(true);
        registration.onRead(n, n);
        sizes.attemptedBytesRead(n);
        sizes.lastBytesRead(n);
        boolean lost = taking.isTruncated();
        // Take all before the first delivery, because a handler may let another channel of this loop read.
        FileDescriptor[] received = new FileDescriptor[taking.remaining()];
        for (int i = 0; i < received.length; i++) {
            received[i] = new NettyDescriptor(taking.take());
        }
        for (FileDescriptor descriptor : received) {
            sizes.incMessagesRead(1);
            unsafe.deliver(descriptor);
        }
        if (lost) {
            unsafe.channel()
                    .pipeline()
                    .fireExceptionCaught(new IOException("recvmsg(" + unsafe + "): " + received.length
                            + " descriptors received, and the kernel has closed the rest of the message; has the"
                            + " process reached its limit of open files?"));
        } else if (received.length == 0) {
            unsafe.channel()
                    .pipeline()
                    .fireExceptionCaught(new ProtocolException(
                            "recvmsg(" + unsafe + "): received a byte without a descriptor, and the read mode is"
                                    + " FILE_DESCRIPTORS; set it to BYTES before the peer sends"
                                    + " bytes"));
            unsafe.channel().close();
        }
        return n;
    }

    /** Fails if the descriptor is closed, because at the flush its number may belong to another file. */
    public static boolean checkOpen(FileDescriptor descriptor) throws IOException {
        if (!descriptor.isOpen()) {
            throw notOpen(descriptor);
        }
        return true;
    }

    private static IOException notOpen(FileDescriptor descriptor) {
        return Errno.exception("sendmsg", descriptor, Errno.EBADF);
    }

    /**
     * Sends the first descriptor of the queue. A failure affects that descriptor only; the stream continues.
     *
     * @return false if the socket would block
     */
    public boolean write(StreamUnsafe unsafe, ChannelOutboundBuffer out, FileDescriptor descriptor) throws IOException {
        if (!NettyDescriptor.lease(descriptor)) {
            out.remove(notOpen(descriptor));
            return true;
        }
        int n;
        try {
            n = taking.send(unsafe.fd(), descriptor.intValue());
        } finally {
            NettyDescriptor.release(descriptor);
        }
        unsafe.registration().countWrite(n);
        if (n == -Errno.EAGAIN) {
            return false;
        }
        if (n == -Errno.EPIPE || n == -Errno.ECONNRESET || n == -Errno.ENOTCONN) {
            throw Errno.exception("sendmsg", unsafe, -n);
        }
        if (n < 0) {
            out.remove(Errno.exception("sendmsg", descriptor, -n));
        } else {
            out.remove();
        }
        return true;
    }
}
