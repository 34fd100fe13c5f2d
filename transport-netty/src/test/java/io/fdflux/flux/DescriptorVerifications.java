package io.fdflux.flux;

import io.fdflux.FdFlux;
import io.fdflux.flux.ReactiveStreamsTckTest.Resources;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.spi.Interest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;

/** The TCK's verifications of connections and of readiness, for {@link ReactiveStreamsTckTest}. */
public final class DescriptorVerifications {

    private DescriptorVerifications() {}

    /** Consumes the elements, which the TCK only counts. */
    static <T> Publisher<T> consuming(Publisher<T> publisher, Consumer<? super T> consumer, Runnable subscribed) {
        return subscriber -> publisher.subscribe(
                subscriber == null
                        ? null
                        : new Subscriber<T>() {
                            @Override
                            public void onSubscribe(Subscription subscription) {
                                subscriber.onSubscribe(subscription);
                                subscribed.run();
                            }

                            @Override
                            public void onNext(T element) {
                                consumer.accept(element);
                                subscriber.onNext(element);
                            }

                            @Override
                            public void onError(Throwable cause) {
                                subscriber.onError(cause);
                            }

                            @Override
                            public void onComplete() {
                                subscriber.onComplete();
                            }
                        });
    }

    /** {@link FdFlux#accept}, which never completes. */
    public static class Accepting extends PublisherVerification<Descriptor> {

        private static final int MOST_CONNECTIONS = 30;

        private final Resources resources = new Resources();
        private final Queue<Descriptor> opened = new ConcurrentLinkedQueue<>();

        public Accepting() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return publisherUnableToSignalOnComplete();
        }

        @Override
        public Publisher<Descriptor> createPublisher(long elements) {
            try {
                Descriptor listener = FdFlux.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                opened.add(listener);
                SocketAddress address = FdFlux.localAddress(listener);
                for (int i = 0; i < Math.min(elements, MOST_CONNECTIONS); i++) {
                    opened.add(FdFlux.connect(resources.loops, address).block());
                }
                return consuming(FdFlux.accept(resources.loops, listener), Descriptor::closeUnchecked, () -> {});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Publisher<Descriptor> createFailedPublisher() {
            return FdFlux.accept(resources.loops, ReactiveStreamsTckTest.closed());
        }

        @AfterClass
        public void close() {
            resources.close();
            opened.forEach(Descriptor::closeUnchecked);
        }
    }

    /** {@link FdFlux#connect}: one element. */
    public static class Connecting extends PublisherVerification<Descriptor> {

        private final Resources resources = new Resources();
        private final ServerSocket server;

        public Connecting() throws IOException {
            super(ReactiveStreamsTckTest.environment());
            server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 1;
        }

        @Override
        public Publisher<Descriptor> createPublisher(long elements) {
            return consuming(
                    FdFlux.connect(resources.loops, server.getLocalSocketAddress()),
                    Descriptor::closeUnchecked,
                    () -> {});
        }

        @Override
        public Publisher<Descriptor> createFailedPublisher() {
            return FdFlux.connect(resources.loops, InetSocketAddress.createUnresolved("fdflux.invalid", 80));
        }

        @AfterClass
        public void close() throws IOException {
            resources.close();
            server.close();
        }
    }

    /** {@link FdFlux#readiness} of a pipe with a byte, which never completes. */
    public static class Readiness extends PublisherVerification<Long> {

        private final Resources resources = new Resources();

        public Readiness() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return publisherUnableToSignalOnComplete();
        }

        @Override
        public Publisher<Long> createPublisher(long elements) {
            Pipes.Pair pipe = resources.pipe();
            Streams.write(pipe.second(), "x");
            return FdFlux.readiness(resources.loops, pipe.first(), Interest.READ);
        }

        @Override
        public Publisher<Long> createFailedPublisher() {
            return FdFlux.readiness(resources.loops, ReactiveStreamsTckTest.closed(), Interest.READ);
        }

        @AfterClass
        public void close() {
            resources.close();
        }
    }
}
