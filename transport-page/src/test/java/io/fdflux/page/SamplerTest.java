package io.fdflux.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.SingleThreadEventLoop;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Samples of real loops and connections, by a clock that the test drives. */
class SamplerTest {

    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final int LIMIT = 10;
    private static final int CHUNK = 100_000;
    private static final int CHUNKS = 50;

    @RegisterExtension
    final Connections connections = new Connections();

    private final AtomicLong clock = new AtomicLong();
    private final Sampler sampler = sampler(() -> List.of(connections.loops()));

    private Sampler sampler(Supplier<List<FdLoops>> groups) {
        return new Sampler(groups, channel -> null, PERIOD, LIMIT, clock::get);
    }

    private Sample sample() {
        return sampler.sample().block(Duration.ofSeconds(60));
    }

    private static Sample.OfConnection row(Sample sample, Channel channel) {
        return sample.connections().stream()
                .filter(row -> row.id().equals(channel.id().asShortText()))
                .findFirst()
                .orElseThrow();
    }

    private Sample.OfConnection seen(Channel channel, Predicate<Sample.OfConnection> condition) {
        return await().until(() -> row(sample(), channel), condition);
    }

    @Test
    void aSlowReaderIsOneWhoseSocketStaysFullWithoutAnEvent() throws Exception {
        Socket peer = connections.connect(4096);
        Channel channel = connections.accepted();
        for (int i = 0; i < CHUNKS; i++) {
            channel.writeAndFlush(Unpooled.directBuffer(CHUNK).writeZero(CHUNK));
        }
        seen(channel, row -> row.waits() == Waits.TAKE);
        for (int i = 0; i < 5; i++) {
            assertThat(row(sample(), channel).waits()).as("no time has passed").isEqualTo(Waits.TAKE);
        }
        Sample.OfConnection slow = seen(channel, row -> {
            clock.addAndGet(
                    Sampler.SLOW_AFTER.toNanos()); // an event may still have come, as the peer's kernel took some
            return row.waits() == Waits.SLOW;
        });
        assertThat(slow.fullFor()).isGreaterThanOrEqualTo(Sampler.SLOW_AFTER.toMillis());
        assertThat(slow.pending()).isPositive();
        assertThat(slow.writable()).isFalse();
        assertThat(slow.writeArmed()).isTrue();
        assertThat(slow.remote()).isEqualTo("127.0.0.1:" + peer.getLocalPort());
        assertThat(sample().connections().getFirst().id())
                .as("it needs a look most")
                .isEqualTo(slow.id());

        // One that reads, though it leaves bytes pending, is none: each event begins a new time.
        peer.getInputStream().readNBytes(CHUNKS * CHUNK / 4);
        seen(channel, row -> row.fullFor() == 0 && row.waits() == Waits.TAKE);
        peer.getInputStream().readNBytes(CHUNKS * CHUNK - CHUNKS * CHUNK / 4);
        Sample.OfConnection drained = seen(channel, row -> row.pending() + row.staged() == 0);
        assertThat(drained.waits()).isEqualTo(Waits.SEND);
        assertThat(seen(channel, row -> row.acked() >= (long) CHUNKS * CHUNK).rttMicros())
                .isNotNegative();
    }

    @Test
    void bytesThatNobodyAsksForAreTheApplicationsAffair() throws Exception {
        Socket peer = connections.connect(0);
        Channel channel = connections.accepted();
        assertThat(seen(channel, row -> row.waits() == Waits.SEND).demand()).isTrue();
        channel.config().setAutoRead(false);
        seen(channel, row -> row.waits() == Waits.NOBODY);
        peer.getOutputStream().write(new byte[1000]);
        assertThat(seen(channel, row -> row.waits() == Waits.DEMAND).unread()).isEqualTo(1000);
        channel.config().setAutoRead(true);
        assertThat(seen(channel, row -> row.waits() == Waits.SEND).received()).isEqualTo(1000);
    }

    @Test
    void allAreCountedAndTheTopIsShown() {
        int count = 3 * LIMIT;
        for (int i = 0; i < count; i++) {
            connections.connect(0);
            connections.accepted();
        }
        Sample sample = await().until(this::sample, each -> waiting(each, Waits.SEND) == count);
        assertThat(waiting(sample, Waits.ANYBODY)).as("the listener").isOne();
        assertThat(sample.connections()).hasSize(LIMIT);
        assertThat(sample.loops()).hasSize(2);
        assertThat(sample.loops().getFirst().counters())
                .containsOnlyKeys(
                        List.of(Counter.values()).stream().map(Counter::key).toArray(String[]::new));
        assertThat(sample().connections())
                .as("equals keep their places")
                .extracting(Sample.OfConnection::id)
                .isEqualTo(sample.connections().stream()
                        .map(Sample.OfConnection::id)
                        .toList());
    }

    private static int waiting(Sample sample, Waits waits) {
        return sample.loops().stream()
                .mapToInt(loop -> loop.sums().waits().getOrDefault(waits, 0))
                .sum();
    }

    /** The loop goes on between two slices, whatever number of channels it has. */
    @Test
    void aTaskRunsBetweenTwoSlices() throws Exception {
        SingleThreadEventLoop loop = connections.loop();
        for (int i = 0; i < LoopScan.SLICE + 1; i++) {
            connections.idleOn(loop);
        }
        List<String> order = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        LoopScan scan = new LoopScan(
                0, 0, loop, new LoopScan.Settings(LIMIT, 1, clock::get, channel -> null), (answer, failure) -> {
                    order.add("done with "
                            + answer.sums().waits().values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum());
                    done.countDown();
                });
        loop.submit(() -> {
                    loop.execute(scan);
                    loop.execute(() -> order.add("another task"));
                })
                .sync();
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("another task", "done with " + (LoopScan.SLICE + 1));
    }

    @Test
    void eachGroupIsShownFromItsOpeningToItsEnd() {
        try (Connections late = new Connections()) {
            List<FdLoops> open = new CopyOnWriteArrayList<>(List.of(connections.loops()));
            Sampler all = sampler(() -> open);
            assertThat(all.sample().block().groups())
                    .extracting(Sample.OfGroup::group, Sample.OfGroup::name, Sample.OfGroup::loops)
                    .containsExactly(tuple(0, "page-test", 2));
            open.add(late.loops());
            late.connect(0);
            Channel channel = late.accepted();
            Sample both = all.sample().block();
            assertThat(both.groups()).extracting(Sample.OfGroup::group).containsExactly(0, 1);
            assertThat(both.loops())
                    .extracting(Sample.OfLoop::group, Sample.OfLoop::loop)
                    .containsExactly(tuple(0, 0), tuple(0, 1), tuple(1, 0), tuple(1, 1));
            assertThat(row(both, channel).group()).isOne();
            open.removeFirst();
            assertThat(all.sample().block().groups())
                    .as("a group keeps its number")
                    .extracting(Sample.OfGroup::group)
                    .containsExactly(1);
        }
    }

    @Test
    void lookingStartsNoLoop() {
        try (Connections unused = new Connections()) {
            Sample sample = sampler(() -> List.of(unused.loops())).sample().block();
            assertThat(sample.loops()).hasSize(2).allSatisfy(loop -> {
                assertThat(loop.answered()).isTrue();
                assertThat(loop.registered()).isZero();
            });
            assertThat(unused.loops().total(Counter.WAIT_CALLS)).isZero();
        }
    }

    @Test
    void aLoopThatUserCodeBlocksIsSeenAndNotAskedAgain() throws Exception {
        SingleThreadEventLoop loop = connections.loop();
        connections.idleOn(loop);
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        loop.execute(() -> {
            blocked.countDown();
            try {
                release.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(blocked.await(60, TimeUnit.SECONDS)).isTrue();
        try {
            assertThat(sample().loops()).filteredOn(each -> !each.answered()).hasSize(1);
            int tasks = loop.pendingTasks();
            Sample.OfLoop late = sample().loops().stream()
                    .filter(each -> !each.answered())
                    .findFirst()
                    .orElseThrow();
            assertThat(late.micros()).isGreaterThanOrEqualTo(TimeUnit.NANOSECONDS.toMicros(PERIOD.toNanos()));
            assertThat(loop.pendingTasks()).isEqualTo(tasks);
        } finally {
            release.countDown();
        }
        await().until(() -> sample().loops().stream().allMatch(Sample.OfLoop::answered));
    }
}
