package io.fdflux.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.servers.RedisServer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * Commands of one turn leave in one send, before a moment of back-pressure and after it. In both directions: a
 * subscriber without demand, for which Lettuce switches auto-read off, and a socket that is full.
 */
@OnEveryPoller
class BatchingTest {

    private static final int COMMANDS = 2_000;
    /** A loop runs 64 tasks or more between two passes, and each command is one task. */
    private static final long FEW_WRITES = 2 * COMMANDS / 64 + 40;

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private FdLoops loops;
    private ClientResources resources;
    private FdRedisClient client;
    private volatile Channel channel;
    private StatefulRedisConnection<String, String> connection;

    @BeforeEach
    void connect() {
        loops = FdLoops.builder().loops(1).build();
        resources = DefaultClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel made) {
                        channel = made;
                    }
                })
                .build();
        client = FdRedisClient.create(loops, resources, RedisURI.create("127.0.0.1", SERVER.port()));
        connection = client.connect();
    }

    @AfterEach
    void close() {
        connection.close();
        client.shutdown();
        resources.shutdown(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        loops.close();
    }

    @Test
    void batchingGoesOnAfterASubscriberHadNoDemand() {
        long before = writesOfSetsAndGets();
        String[] elements = new String[20_000];
        Arrays.fill(elements, "an element that is long enough to fill a buffer");
        connection.sync().rpush("list", elements);
        SlowSubscriber subscriber = new SlowSubscriber();
        connection.reactive().lrange("list", 0, -1).subscribe(subscriber);
        // With its one element delivered, Lettuce has ceased to read; the rest waits in the kernel.
        await("an element").until(() -> subscriber.received == 1);
        awaitNoMoreReads();
        subscriber.request(Long.MAX_VALUE);
        await("all elements").until(() -> subscriber.received == elements.length);

        assertThat(before).isLessThanOrEqualTo(FEW_WRITES);
        assertThat(writesOfSetsAndGets()).isLessThanOrEqualTo(FEW_WRITES);
    }

    @Test
    void batchingGoesOnAfterTheSocketWasFull() throws Exception {
        long before = writesOfSetsAndGets();
        List<RedisFuture<String>> large = new ArrayList<>();
        String value = "x".repeat(1 << 20);
        SERVER.pause();
        try {
            // The kernel's buffers take some of these, and then Netty's queue grows beyond its mark.
            while (channel.isWritable()) {
                large.add(connection.async().set("large", value));
                loops.group().submit(() -> {}).syncUninterruptibly();
            }
        } finally {
            SERVER.resume();
        }
        all(large);
        await("a socket that takes more").until(channel::isWritable);

        assertThat(before).isLessThanOrEqualTo(FEW_WRITES);
        assertThat(writesOfSetsAndGets()).isLessThanOrEqualTo(FEW_WRITES);
    }

    /** {@return the write calls of as many SET and GET, which are queued while the loop is held up} */
    private long writesOfSetsAndGets() {
        long before = loops.total(Counter.WRITE_CALLS);
        CountDownLatch queued = new CountDownLatch(1);
        loops.group().execute(() -> {
            try {
                queued.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        RedisAsyncCommands<String, String> commands = connection.async();
        List<RedisFuture<String>> replies = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            replies.add(commands.set("key" + i, "value" + i));
            replies.add(commands.get("key" + i));
        }
        queued.countDown();
        all(replies);
        return loops.total(Counter.WRITE_CALLS) - before;
    }

    private static void all(List<RedisFuture<String>> replies) {
        CompletableFuture.allOf(replies.stream()
                        .map(reply -> reply.toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    /** A loop that makes no read call in an iteration of its own reads nothing until somebody asks. */
    private void awaitNoMoreReads() {
        await("the end of reading").until(() -> {
            long reads = loops.total(Counter.READ_CALLS);
            for (int i = 0; i < 10; i++) {
                loops.group().submit(() -> {}).syncUninterruptibly();
            }
            return reads == loops.total(Counter.READ_CALLS);
        });
    }

    private static final class SlowSubscriber extends BaseSubscriber<String> {

        volatile int received;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread at a time
        protected void hookOnNext(String element) {
            received++;
        }
    }
}
