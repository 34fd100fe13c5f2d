package io.fdflux.netty.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.channel.EngineChannel;
import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Sets and reads each row of the table of kernel options on every kind of Internet socket. The kernel holds the value,
 * or the option is refused.
 */
@OnEveryPoller
class KernelOptionsTest {

    private static final Map<ChannelKind, Supplier<EngineChannel>> CHANNELS = Map.of(
            ChannelKind.TCP, FdSocketChannel::new,
            ChannelKind.TCP_LISTENER, FdServerSocketChannel::new,
            ChannelKind.UDP, FdDatagramChannel::new);

    /** The options whose sample is not 1 or true. */
    private static final Map<ChannelOption<?>, Object> SAMPLES = Map.of(
            ChannelOption.SO_SNDBUF, 50_000,
            ChannelOption.SO_RCVBUF, 50_000,
            ChannelOption.IP_TOS, 0x20,
            FdChannelOption.SO_MARK, 0x8000_0001L,
            FdChannelOption.SO_INCOMING_CPU, 0,
            FdChannelOption.TCP_MAXSEG, 777,
            FdChannelOption.TCP_NOTSENT_LOWAT, 0xffff_fff0L);

    /** The kernel rounds these: Linux doubles buffer sizes, and counts times in retransmissions. */
    private static final Set<ChannelOption<?>> ROUNDED =
            Set.of(ChannelOption.SO_SNDBUF, ChannelOption.SO_RCVBUF, FdChannelOption.TCP_DEFER_ACCEPT);

    /** Options that need a privilege. */
    private static final Set<ChannelOption<?>> PRIVILEGED = Set.of(
            FdChannelOption.SO_MARK,
            FdChannelOption.SO_BUSY_POLL,
            FdChannelOption.SO_PREFER_BUSY_POLL,
            FdChannelOption.SO_BUSY_POLL_BUDGET,
            FdChannelOption.IP_TRANSPARENT,
            FdChannelOption.IP_FREEBIND);

    private static final Set<ChannelOption<?>> READ_ONLY_ON_LINUX =
            Set.of(FdChannelOption.SO_INCOMING_NAPI_ID, FdChannelOption.SO_SNDLOWAT);

    @TestFactory
    Stream<DynamicTest> everyRow() {
        return KernelOptions.all().stream()
                .flatMap(row -> row.kinds().stream()
                        .filter(CHANNELS::containsKey)
                        .map(kind -> dynamicTest(OptionEntry.nameOf(row.option()) + " of " + kind, () -> {
                            EngineChannel channel = CHANNELS.get(kind).get();
                            try {
                                check(row, channel);
                            } finally {
                                channel.unsafe().closeForcibly();
                            }
                        })));
    }

    private static <T> void check(KernelOption<T> row, EngineChannel channel) {
        @SuppressWarnings("unchecked")
        ChannelOption<Object> option = (ChannelOption<Object>) row.option();
        Object sample = SAMPLES.getOrDefault(option, row.values().type() == Boolean.class ? true : 1);
        if (!row.inet().isAvailable()) {
            refused(channel, option, sample);
            assertThat(channel.config().getOption(option)).isNull();
            assertThat(channel.config().getOptions()).doesNotContainKey(option);
            return;
        }
        if (option.equals(FdChannelOption.SO_BUSY_POLL_BUDGET)) { // Linux does not report it
            assertThat(channel.config().setOption(option, sample)).isTrue();
            assertThat(channel.config().getOption(option)).isNull();
            return;
        }
        assumeTrue(channel.config().getOption(option) != null, "this kernel was built with " + option);
        assertThat(channel.config().getOptions()).containsKey(option);
        if (READ_ONLY_ON_LINUX.contains(option) && Platform.current().os() == Platform.Os.LINUX) {
            refused(channel, option, sample);
            return;
        }
        try {
            assertThat(channel.config().setOption(option, sample)).isTrue();
        } catch (ChannelException e) {
            assumeTrue(
                    !PRIVILEGED.contains(option) || ((PosixException) e.getCause()).errno() != Errno.EPERM,
                    "allowed to set " + option);
            throw e;
        }
        Object value = channel.config().getOption(option);
        if (ROUNDED.contains(option)) {
            assertThat((Integer) value).isGreaterThanOrEqualTo((Integer) sample);
        } else {
            assertThat(value).isEqualTo(sample);
        }
        long kernels = SocketOptionCalls.getUnsigned(Inside.number(channel), row.inet());
        if (sample instanceof Number number && !ROUNDED.contains(option)) {
            assertThat(kernels).as("the kernel's value").isEqualTo(number.longValue());
        } else {
            assertThat(kernels).as("the kernel's value").isPositive();
        }
        if (sample == Boolean.TRUE) {
            channel.config().setOption(option, false);
            assertThat(channel.config().getOption(option)).isEqualTo(false);
            assertThat(SocketOptionCalls.getUnsigned(Inside.number(channel), row.inet()))
                    .isZero();
        } else {
            long min = row.values().min();
            assertThatThrownBy(
                            () -> channel.config().setOption(option, sample instanceof Long ? min - 1 : (int) min - 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(OptionEntry.nameOf(option))
                    .hasMessageContaining("" + (min - 1));
        }
    }

    private static void refused(EngineChannel channel, ChannelOption<Object> option, Object sample) {
        assertThatThrownBy(() -> channel.config().setOption(option, sample))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(OptionEntry.nameOf(option));
    }

    @Test
    void anOptionStandsInTheTableOnce() {
        Set<ChannelOption<?>> seen = new HashSet<>();
        assertThat(KernelOptions.all()).allMatch(row -> seen.add(row.option()));
    }

    @Test
    void whatTheSystemLacksIsRefusedByItsNameAndTheSystems() {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX);
        FdSocketChannel channel = new FdSocketChannel();
        FdServerSocketChannel listener = new FdServerSocketChannel();
        assertThatThrownBy(() -> channel.config().setOption(FdChannelOption.TCP_NOPUSH, true))
                .hasMessage("linux has no TCP_NOPUSH; use TCP_CORK on linux");
        assertThatThrownBy(() -> listener.config().setOption(FdChannelOption.SO_ACCEPTFILTER, "dataready"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("linux has no SO_ACCEPTFILTER; use TCP_DEFER_ACCEPT on linux");
        assertThat(channel.config().setOption(FdChannelOption.TCP_DEFER_ACCEPT, 1))
                .as("connections have no such option")
                .isFalse();
        channel.unsafe().closeForcibly();
        listener.unsafe().closeForcibly();
    }

    @Test
    void theTrafficClassIsThatOfBothFamilies() {
        for (EngineChannel channel :
                List.of(new FdSocketChannel(), new FdServerSocketChannel(), new FdDatagramChannel())) {
            channel.config().setOption(ChannelOption.IP_TOS, 0x68);
            assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.TOS))
                    .as("the IPv4 option, for mapped addresses")
                    .isEqualTo(0x68);
            if (InternetFamily.preferred().isIpv6()) {
                assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.TCLASS))
                        .isEqualTo(0x68);
            }
            channel.unsafe().closeForcibly();
        }
    }
}
