package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** {@link FdFlux#write}. */
final class WriteMono extends Mono<Void> {

    private final FdLoops loops;
    private final Descriptor descriptor;
    private final Publisher<? extends ByteBuf> source;

    WriteMono(FdLoops loops, Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        this.loops = loops;
        this.descriptor = descriptor;
        this.source = source;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        Writer writer = new Writer(loops, loops.acquire(descriptor), actual);
        actual.onSubscribe(writer);
        writer.start(source);
    }

    /** One writer: at most one buffer is here at a time, and the source is asked for the next when the kernel has it. */
    private static final class Writer implements CoreSubscriber<ByteBuf>, Subscription, DescriptorHandle.Side {

        private static final int WRITES_A_TURN = 16;

        private final FdLoops loops;
        private final DescriptorHandle handle;
        private final CoreSubscriber<? super Void> actual;
        private volatile boolean cancelled;
        private Subscription upstream;
        private ByteBuf pending;
        private boolean attached;
        private boolean upstreamDone;
        private Throwable upstreamError;
        private boolean done;

        Writer(FdLoops loops, DescriptorHandle handle, CoreSubscriber<? super Void> actual) {
            this.loops = loops;
            this.handle = handle;
            this.actual = actual;
        }

        void start(Publisher<? extends ByteBuf> source) {
            boolean started = handle.onLoop(() -> {
                if (done) {
                    return;
                }
                if (cancelled) {
                    end();
                } else if (handle.attach(this, false)) {
                    attached = true;
                    source.subscribe(this);
                }
            });
            if (!started) {
                fail(new IllegalStateException(
                        "the loops have been closed; " + handle.descriptor() + " cannot be written"));
            }
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription s) {
            onLoop(() -> {
                if (Operators.validate(upstream, s)) {
                    upstream = s;
                    if (done || cancelled) {
                        s.cancel();
                    } else {
                        s.request(1);
                    }
                }
            });
        }

        @Override
        public void onNext(ByteBuf buffer) {
            if (!handle.onLoop(() -> accept(buffer))) {
                buffer.release();
            }
        }

        private void accept(ByteBuf buffer) {
            if (done || cancelled || upstreamDone) {
                buffer.release();
            } else if (pending != null) {
                buffer.release();
                fail(new IllegalStateException(
                        "the source of " + handle.descriptor() + " emitted more than was requested"));
            } else if (!buffer.isReadable()) {
                buffer.release();
                upstream.request(1);
            } else {
                pending = direct(buffer);
                handle.registration().wantWrite();
            }
        }

        private static ByteBuf direct(ByteBuf buffer) {
            if (buffer.isDirect() && buffer.nioBufferCount() == 1) {
                return buffer;
            }
            try {
                return ByteBufAllocator.DEFAULT
                        .directBuffer(buffer.readableBytes())
                        .writeBytes(buffer);
            } finally {
                buffer.release();
            }
        }

        @Override
        public void onError(Throwable cause) {
            onLoop(() -> upstreamEnded(cause));
        }

        @Override
        public void onComplete() {
            onLoop(() -> upstreamEnded(null));
        }

        private void upstreamEnded(Throwable cause) {
            if (done || upstreamDone) {
                if (cause != null) {
                    Operators.onErrorDropped(cause, currentContext());
                }
                return;
            }
            upstreamDone = true;
            upstreamError = cause;
            if (pending == null) {
                finish();
            }
        }

        private void onLoop(Runnable task) {
            handle.onLoop(task);
        }

        @Override
        public void attempt() {
            for (int i = 0; i < WRITES_A_TURN && pending != null && !done && !cancelled; i++) {
                int length = pending.readableBytes();
                int n = handle.calls().write(handle.descriptor(), pending);
                FdRegistration registration = handle.registration();
                registration.counters().writeCall(n);
                if (n == -Errno.EAGAIN) {
                    registration.writeWouldBlock();
                    return;
                }
                if (n < 0) {
                    fail(Errno.exception("write", handle.descriptor(), -n));
                    return;
                }
                if (n == length) {
                    written();
                }
            }
        }

        private void written() {
            pending.release();
            pending = null;
            handle.registration().dropWrite();
            if (upstreamDone) {
                finish();
            } else {
                upstream.request(1);
            }
        }

        private void finish() {
            if (upstreamError != null) {
                fail(upstreamError);
            } else if (end() && !cancelled) {
                actual.onComplete();
            }
        }

        @Override
        public void hangup() {
            // Only readers watch for it: what a writer has still to write will tell it.
        }

        /** Of the Mono: there is nothing to ask for but the end. */
        @Override
        public void request(long n) {
            Operators.validate(n);
        }

        @Override
        public void cancel() {
            cancelled = true;
            onLoop(this::end);
        }

        @Override
        public void fail(Throwable cause) {
            if (!end() || cancelled) {
                Operators.onErrorDropped(cause, currentContext());
            } else {
                actual.onError(cause);
            }
        }

        private boolean end() {
            if (done) {
                return false;
            }
            done = true;
            if (pending != null) {
                pending.release();
                pending = null;
            }
            if (upstream != null && !upstreamDone) {
                upstream.cancel();
            }
            if (attached) {
                handle.detach(this);
            }
            loops.release(handle);
            return true;
        }
    }
}
