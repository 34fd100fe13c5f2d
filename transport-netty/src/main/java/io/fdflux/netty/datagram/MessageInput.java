package io.fdflux.netty.datagram;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.posix.Errno;
import io.netty.channel.RecvByteBufAllocator;

/**
 * Reads a datagram socket. The rules are in the table of {@link Input}: there is no end, and an error leaves the
 * channel open. A {@code read()} stays wanted until a datagram answers it, or the channel's user takes it back. Loop
 * thread only.
 */
final class MessageInput implements InputOwner {

    /** Failed reads in a row, each perhaps with an error of its own, after which the cause counts as permanent. */
    private static final int MOST_FAILURES = 16;

    private final MessageChannel channel;
    private final MessageUnsafe unsafe;
    private final Input input = new Input(this);
    private int failures;
    /** Of the turn. */
    private RecvByteBufAllocator.ExtendedHandle sizes;

    private DatagramRead datagrams;
    private int taken;
    private boolean delivered;

    MessageInput(MessageChannel channel, MessageUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    void attempt() {
        sizes = (RecvByteBufAllocator.ExtendedHandle) unsafe.recvBufAllocHandle();
        sizes.reset(channel.config());
        datagrams = DatagramRead.ofLoop();
        taken = 0;
        delivered = false;
        input.attempt(unsafe.registration());
    }

    @Override
    public int read(Registration registration) {
        int n = datagrams.receive(channel, sizes, channel.capacityForMessages(taken));
        if (n > 0 || n == -Errno.EAGAIN) {
            failures = 0;
        }
        if (n > 0) {
            taken += n;
            delivered |= datagrams.delivered() > 0;
        }
        return n;
    }

    @Override
    public boolean mayReadAgain(Registration registration, int reads, long bytes) {
        return isOn(registration) && sizes.continueReading(unsafe.readReady());
    }

    /** A handler may have closed the channel, or moved it to another loop. */
    private boolean isOn(Registration registration) {
        return unsafe.registration() == registration && channel.isOpen();
    }

    @Override
    public boolean hasEnd() {
        return false;
    }

    @Override
    public void onTurnEnd() {
        if (delivered) {
            sizes.readComplete();
            channel.pipeline().fireChannelReadComplete();
        }
    }

    @Override
    public void onReadError(int errno) {
        failed(unsafe.registration(), channel.failure("recvmsg", channel, errno));
    }

    @Override
    public void onBufferFailure(Registration registration, Throwable cause) {
        failed(registration, cause);
    }

    private void failed(Registration registration, Throwable cause) {
        failures++;
        channel.pipeline().fireExceptionCaught(cause);
        if (failures >= MOST_FAILURES && registration != null && isOn(registration)) {
            unsafe.backOffFromReading();
        }
    }
}
