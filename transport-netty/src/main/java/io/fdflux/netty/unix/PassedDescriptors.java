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
 * The read and write calls of Unix-domain streams, whose bytes may have descriptors with them. One for each loop's
 * thread: nothing stays in it from one call to the next.
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

    /** Reads bytes; the kernel closes the descriptors that come with them. */
    public int receiveBytes(int fd, Registration registration, long address, int room) {
        int n = closing.receive(fd, address, room);
        if (n > 0) {
            // Linux ends a read behind the bytes that descriptors came with: it may be short with more to read.
            registration.onRead(closing.isTruncated() ? n : room, n);
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
        registration.counters().readCall(n);
        if (n <= 0) {
            if (n == -Errno.EAGAIN) {
                unsafe.firstReadTold(false);
            }
            return n == 0 ? Input.END : n;
        }
        unsafe.firstReadTold(true);
        registration.onRead(n, n);
        sizes.attemptedBytesRead(n);
        sizes.lastBytesRead(n);
        boolean lost = taking.isTruncated();
        // All are taken before the first is delivered: its handler may make another channel of this loop read.
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
                            + " descriptors came, and the kernel has closed the others of the message; has the process"
                            + " reached its limit of open files?"));
        } else if (received.length == 0) {
            unsafe.channel()
                    .pipeline()
                    .fireExceptionCaught(new ProtocolException(
                            "recvmsg(" + unsafe + "): a byte came without a descriptor, and the read mode is"
                                    + " FILE_DESCRIPTORS; set it to BYTES before the peer sends"
                                    + " bytes"));
            unsafe.channel().close();
        }
        return n;
    }

    /** Whether it can be sent now: the number of a closed one may be another file's by the time it is flushed. */
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
     * Sends the descriptor that stands first in the queue. One that can't be sent fails alone; the stream goes on.
     *
     * @return false if the socket is full
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
        unsafe.registration().counters().writeCall(n);
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
