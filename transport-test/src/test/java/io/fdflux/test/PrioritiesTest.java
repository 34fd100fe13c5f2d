package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.Posts;
import io.fdflux.ProcessFlux;
import io.fdflux.SignalFlux;
import io.fdflux.TimerFlux;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Tests {@link FdLoops#withPriority}: the order of one iteration, and that no priority starves another. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class PrioritiesTest {

    private static final List<String> SOURCES = List.of("descriptor", "signal", "process", "post");
    private static final int[] PRIORITIES = {10, 3, 0, -10};
    private static final int READS_PER_TURN = 16;
    private static final int POSTS_PER_TURN = 256;

    private final List<String> ran = new CopyOnWriteArrayList<>();
    private ScriptedKernel kernel;

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    static Stream<Arguments> orders() {
        List<List<String>> orders = new ArrayList<>();
        permute(SOURCES, List.of(), orders);
        return Stream.of(Style.values()).flatMap(style -> orders.stream().map(order -> Arguments.of(style, order)));
    }

    private static void permute(List<String> left, List<String> order, List<List<String>> orders) {
        if (left.isEmpty()) {
            orders.add(order);
        }
        for (String next : left) {
            permute(
                    left.stream().filter(one -> !one.equals(next)).toList(),
                    Stream.concat(order.stream(), Stream.of(next)).toList(),
                    orders);
        }
    }

    private void reading(FdLoops loops, int descriptor, Runnable delivered) {
        FdFlux.read(loops, kernel.descriptor(descriptor))
                .doOnNext(ByteBuf::release)
                .subscribe(buffer -> delivered.run(), atTheEnd -> {});
    }

    /** Runs actions in a read, before the poll of its iteration. So that poll reports whatever they cause. */
    private void inOneIteration(Runnable actions) {
        kernel.settle();
        reading(kernel.loops(), 0, actions);
        kernel.settle();
    }

    @ParameterizedTest
    @MethodSource("orders")
    @DisplayName("invariant 6: due timers come first, then sources by their priority, in whatever order they occur")
    void sourcesOfOneIterationRunByPriority(Style style, List<String> order) {
        kernel = ScriptedKernel.of(
                style,
                fd -> fd.data("begin").wouldBlock(),
                fd -> fd.pause().data("x").wouldBlock());
        long pid = kernel.processes().foreign();
        reading(at(order, "descriptor"), 1, () -> ran.add("descriptor"));
        SignalFlux.on(at(order, "signal"), "TERM").subscribe(signal -> ran.add("signal"), atTheEnd -> {});
        ProcessFlux.exit(at(order, "process"), pid).subscribe(status -> ran.add("process"));
        Posts<String> posts = Posts.create(at(order, "post"));
        posts.flux().subscribe(ran::add, atTheEnd -> {});
        TimerFlux.every(kernel.loops(), Duration.ofHours(1)).subscribe(ticks -> ran.add("timer"), atTheEnd -> {});
        inOneIteration(() -> {
            kernel.signal("TERM");
            kernel.processes().exit(pid, 0);
            kernel.becomeReadable(kernel.descriptor(1));
            kernel.loops().group().next().execute(() -> posts.offer("post")); // runs behind the poll
            kernel.time().pass(TimeUnit.HOURS.toNanos(1));
        });
        assertThat(ran)
                .startsWith("timer")
                .endsWith(order.toArray(String[]::new))
                .hasSize(5);
    }

    private FdLoops at(List<String> order, String source) {
        return kernel.loops().withPriority(PRIORITIES[order.indexOf(source)]);
    }

    @ParameterizedTest
    @CsvSource({
        "WATCH_PERSISTS, 5, -5",
        "WATCH_PERSISTS, -5, 5",
        "EVENT_SPENDS_WATCH, 5, -5",
        "EVENT_SPENDS_WATCH, -5, 5"
    })
    @DisplayName("the reader and the writer of a descriptor have each their own priority")
    void directionsAreIndependent(Style style, int first, int second) {
        Script socket = fd -> fd.pause().data("r").wouldBlock().writePause();
        kernel = ScriptedKernel.of(style, fd -> fd.data("begin").wouldBlock(), socket, socket);
        reading(kernel.loops().withPriority(first), 1, () -> ran.add("read 1"));
        reading(kernel.loops().withPriority(second), 2, () -> ran.add("read 2"));
        writing(kernel.loops().withPriority(second), 1);
        writing(kernel.loops().withPriority(first), 2);
        inOneIteration(() -> {
            for (int i = 1; i <= 2; i++) {
                kernel.becomeReadable(kernel.descriptor(i));
                kernel.becomeWritable(kernel.descriptor(i));
            }
        });
        // A pass of reads that takes long lets writes go ahead of its other reads.
        assertThat(ran.stream().filter(one -> one.startsWith("read")).toList())
                .isEqualTo(first > second ? List.of("read 1", "read 2") : List.of("read 2", "read 1"));
        assertThat(ran.stream().filter(one -> one.startsWith("written")).toList())
                .isEqualTo(first > second ? List.of("written 2", "written 1") : List.of("written 1", "written 2"));
    }

    private void writing(FdLoops loops, int descriptor) {
        FdFlux.write(
                        loops,
                        kernel.descriptor(descriptor),
                        Mono.fromSupplier(() -> Unpooled.copiedBuffer("w", StandardCharsets.UTF_8)))
                .subscribe(nothing -> {}, failed -> {}, () -> ran.add("written " + descriptor));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 6: a high priority with data all the time leaves a low one its turns")
    void highPriorityDoesNotStarveALowOne(Style style) {
        int elements = 100;
        Script endless = fd -> {
            fd.pause();
            for (int i = 0; i < elements; i++) {
                fd.data("x");
            }
            fd.wouldBlock();
        };
        kernel = ScriptedKernel.of(style, fd -> fd.data("begin").wouldBlock(), endless, endless);
        reading(kernel.loops().withPriority(-10), 1, () -> ran.add("low"));
        reading(kernel.loops().withPriority(10), 2, () -> ran.add("high"));
        inOneIteration(() -> {
            kernel.becomeReadable(kernel.descriptor(1));
            kernel.becomeReadable(kernel.descriptor(2));
        });
        assertThat(ran).hasSize(2 * elements);
        int ahead = 0;
        for (String one : ran) {
            ahead += one.equals("high") ? 1 : -1;
            assertThat(ahead).as("how far the high one is ahead").isBetween(0, READS_PER_TURN);
        }
    }

    @Test
    @DisplayName("invariant 6: posts of a high priority that never end leave a descriptor its turns")
    void endlessPostsDoNotStarveADescriptor() {
        int reads = 50;
        kernel = ScriptedKernel.of(fd -> fd.data("begin").wouldBlock(), fd -> {
            for (int i = 0; i < reads; i++) {
                fd.data("x");
            }
            fd.wouldBlock();
        });
        Posts<String> posts = Posts.create(kernel.loops().withPriority(10));
        posts.flux()
                .subscribe(
                        value -> {
                            ran.add(value);
                            if (ran.stream().filter("read"::equals).count() < reads) {
                                posts.offer(value);
                            }
                        },
                        atTheEnd -> {});
        inOneIteration(() -> {
            posts.offer("post");
            reading(kernel.loops().withPriority(-10), 1, () -> ran.add("read"));
        });
        assertThat(ran.stream().filter("read"::equals)).hasSize(reads);
        int inARow = 0;
        for (String one : ran.subList(ran.indexOf("read"), ran.lastIndexOf("read"))) {
            inARow = one.equals("post") ? inARow + 1 : 0;
            assertThat(inARow).as("posts of one turn").isLessThanOrEqualTo(POSTS_PER_TURN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-11, 11, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void prioritiesOutOfRangeAreRefused(int priority) {
        kernel = ScriptedKernel.of();
        assertThatThrownBy(() -> kernel.loops().withPriority(priority))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("priorities lie between -10 and 10, 0 is normal, not " + priority);
    }

    @Test
    void viewsAreTheSameLoops() {
        kernel = ScriptedKernel.of();
        FdLoops view = kernel.loops().withPriority(3).withPriority(-3);
        assertThat(view.group()).isSameAs(kernel.loops().group());
        assertThat(view.count()).isEqualTo(1);
        assertThat(view.counters()).hasSize(1);
        assertThat(view.pollerName()).isEqualTo("scripted");
        view.close();
        assertThat(kernel.isPollerClosed()).isTrue();
    }
}
