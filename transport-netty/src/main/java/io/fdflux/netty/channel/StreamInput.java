package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Reads a stream channel. The rules are in the table of {@link Input}; this class says what they mean for the pipeline,
 * or for the splice that reads instead. Loop thread only, except {@link #hasEnded}.
 *
 * <pre>
 * outcome                | pipeline                                     | active splice
 * -----------------------+----------------------------------------------+----------------------------------
 * data                   | channelRead                                  | to its sink
 * end of a turn          | channelReadComplete                          | -
 * end, half-close allowed| ChannelInputShutdownEvent, then              | completes, then as for a pipeline
 *                        | ChannelInputShutdownReadComplete, once each  |
 * end, reset             | closed, without an exception: it would come  | the same
 *                        | before bytes that nobody has asked for       |
 * error                  | exceptionCaught, closed                      | fails, then as for a pipeline
 * no buffer: an Error    | exceptionCaught, closed                      | -
 * no buffer: an exception| exceptionCaught; demand waits for 100 ms     | -
 * read() after the end   | ChannelInputShutdownReadComplete, once       | completes
 * </pre>
 */
final class StreamInput implements InputOwner {

    private final StreamChannel channel;
    private final StreamUnsafe unsafe;
    private final Input input = new Input(this);
    /** The allocator's handle of the turn. */
    private RecvByteBufAllocator.ExtendedHandle sizes;
    /** Whether the turn is a splice's. */
    private boolean splicing;

    private boolean readCompleteFired;

    StreamInput(StreamChannel channel, StreamUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    /** Whether the input has ended, by the peer or by this side. Any thread. */
    boolean hasEnded() {
        return input.hasEnded();
    }

    /** Ends the input by this side: the next {@code read()} is answered by its end. */
    void end() {
        input.end();
        if (channel.registration() != null) {
            channel.registration().watchHangup(false);
        }
    }

    // ---- the engine's side

    void attempt() {
        Registration registration = channel.registration();
        splicing = channel.splices().isActive();
        if (!splicing) {
            sizes = (RecvByteBufAllocator.ExtendedHandle) unsafe.recvBufAllocHandle();
            sizes.reset(channel.config());
        }
        input.attempt(registration);
    }

    void onHangup() {
        if (!channel.isActive()) {
            return;
        }
        if (channel.splices().isActive() && !input.hasEnded()) {
            channel.splices().onHangup();
        } else {
            input.onHangup(channel.registration());
        }
    }

    // ---- the input's side

    @Override
    public int read(Registration registration) {
        if (splicing) {
            return channel.splices().read(registration);
        }
        if (channel.readsDescriptors()) {
            return channel.readDescriptors(registration, sizes);
        }
        ByteBufAllocator allocator = channel.config().getAllocator();
        ByteBuf buffer = BufferMemory.direct(sizes.allocate(allocator), allocator);
        int capacity = buffer.writableBytes();
        int n = channel.receive(registration, BufferMemory.writable(buffer, capacity), capacity);
        registration.countRead(n);
        if (n <= 0) {
            buffer.release();
            return nothingRead(n);
        }
        channel.onFirstRead(true);
        sizes.attemptedBytesRead(capacity);
        sizes.lastBytesRead(n);
        sizes.incMessagesRead(1);
        channel.deliver(buffer.writerIndex(buffer.writerIndex() + n));
        return n;
    }

    /** Translates a result of recv(2) without bytes. */
    private int nothingRead(int result) {
        if (result == -Errno.EAGAIN) {
            channel.onFirstRead(false);
        }
        return result == 0 ? Input.END : result;
    }

    @Override
    public boolean mayReadAgain(Registration registration, int reads, long bytes) {
        if (splicing) {
            return reads < READS_PER_TURN && channel.splices().mayReadAgain(registration);
        }
        return isReading(registration) && sizes.continueReading(unsafe.readReady());
    }

    /** A handler may have closed the channel, shut its input down, moved it to another loop, or begun to splice it. */
    private boolean isReading(Registration registration) {
        return channel.registration() == registration
                && channel.isActive()
                && !input.hasEnded()
                && !channel.splices().isActive();
    }

    @Override
    public void onTurnEnd() {
        if (!splicing) {
            sizes.readComplete();
            channel.pipeline().fireChannelReadComplete();
        }
    }

    @Override
    public void onEnd() {
        channel.splices().onInputGone(null);
        if (channel.halfCloses()) {
            end();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            fireReadComplete();
        } else {
            unsafe.close(unsafe.voidPromise());
        }
    }

    @Override
    public void onReadAfterEnd() {
        channel.splices().onInputGone(null);
        fireReadComplete();
    }

    private void fireReadComplete() {
        if (!readCompleteFired) {
            readCompleteFired = true;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }

    @Override
    public void onReadError(int errno) {
        fail(Errno.exception(splicing ? "splice from" : "recv", channel, errno));
    }

    /** Closes the channel, because its output has failed with its input. */
    private void fail(Throwable cause) {
        channel.splices().onInputGone(cause);
        channel.pipeline().fireExceptionCaught(cause);
        unsafe.close(unsafe.voidPromise());
    }

    @Override
    public void onBufferFailure(Registration registration, Throwable cause) {
        if (cause instanceof Error) {
            fail(cause);
            return;
        }
        if (channel.registration() == registration) {
            channel.backOffFromReading();
        }
        channel.pipeline().fireExceptionCaught(cause);
    }

    @Override
    public int available() {
        return Io.available(channel.number());
    }

    @Override
    public int takeError() {
        return channel.takeError();
    }

    @Override
    public boolean endsByReset() {
        return channel.parent() != null;
    }

    @Override
    public void onReset() {
        channel.splices().onInputGone(null);
        unsafe.close(unsafe.voidPromise());
    }
}
