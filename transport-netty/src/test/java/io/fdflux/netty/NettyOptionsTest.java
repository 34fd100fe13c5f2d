package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.fdflux.netty.option.OptionEntry;
import io.fdflux.netty.option.OptionKeys;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.platform.Platform;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.kqueue.AcceptFilter;
import io.netty.channel.kqueue.KQueueChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Applications of Netty's epoll or kqueue transport run here. Our channel of the same kind knows each option of Netty's
 * channel, or refuses it because the operating system lacks it. The test reads Netty's options from the byte code of
 * its configs.
 */
@OnEveryPoller
class NettyOptionsTest {

    private static final String EPOLL = "io.netty.channel.epoll.Epoll";
    private static final String KQUEUE = "io.netty.channel.kqueue.KQueue";

    /** Our channel, and the corresponding configs of Netty. */
    private record Pair(String name, Supplier<Channel> ours, List<String> nettys) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair(
                    "TCP",
                    FdSocketChannel::new,
                    List.of(EPOLL + "SocketChannelConfig", KQUEUE + "SocketChannelConfig")),
            new Pair(
                    "TCP listener",
                    FdServerSocketChannel::new,
                    List.of(EPOLL + "ServerSocketChannelConfig", KQUEUE + "ServerSocketChannelConfig")),
            new Pair(
                    "UDP",
                    FdDatagramChannel::new,
                    List.of(EPOLL + "DatagramChannelConfig", KQUEUE + "DatagramChannelConfig")),
            new Pair(
                    "Unix stream",
                    FdDomainSocketChannel::new,
                    List.of(EPOLL + "DomainSocketChannelConfig", KQUEUE + "DomainSocketChannelConfig")),
            new Pair(
                    "Unix listener",
                    FdServerDomainSocketChannel::new,
                    List.of(EPOLL + "ServerChannelConfig", KQUEUE + "ServerChannelConfig")),
            new Pair(
                    "Unix datagrams",
                    FdDomainDatagramChannel::new,
                    List.of(EPOLL + "DomainDatagramChannelConfig", KQUEUE + "DomainDatagramChannelConfig")));

    /** Options that Linux lacks according to its manual pages, or that do not belong to the socket. */
    private static final Map<String, String> LINUX_LACKS = Map.of(
            "SO_SNDLOWAT", "socket(7): not changeable on Linux",
            "TCP_NOPUSH", "of the BSDs; TCP_CORK is Linux's",
            "SO_ACCEPTFILTER", "of the BSDs; TCP_DEFER_ACCEPT is Linux's");

    /** Netty's Unix-domain listener stores the option without using it. */
    private static final String OF_TCP_ALONE = "TCP_FASTOPEN";

    @SuppressWarnings("deprecation") // EPOLL_MODE
    private static Map<String, Object> samples() throws IOException {
        Map<String, Object> samples = new HashMap<>();
        Stream.of("SO_SNDBUF", "SO_RCVBUF").forEach(name -> samples.put(name, 30_000));
        Stream.of(
                        "SO_BACKLOG",
                        "SO_LINGER",
                        "IP_TOS",
                        "IP_MULTICAST_TTL",
                        "MAX_DATAGRAM_PAYLOAD_SIZE",
                        "SO_BUSY_POLL",
                        "SO_SNDLOWAT",
                        "TCP_FASTOPEN",
                        "TCP_DEFER_ACCEPT",
                        "TCP_KEEPIDLE",
                        "TCP_KEEPINTVL",
                        "TCP_KEEPCNT",
                        "TCP_USER_TIMEOUT",
                        "CONNECT_TIMEOUT_MILLIS",
                        "MAX_MESSAGES_PER_READ",
                        "MAX_MESSAGES_PER_WRITE",
                        "WRITE_SPIN_COUNT")
                .forEach(name -> samples.put(name, 8));
        samples.put("WRITE_BUFFER_HIGH_WATER_MARK", 100_000);
        samples.put("WRITE_BUFFER_LOW_WATER_MARK", 100);
        samples.put("WRITE_BUFFER_WATER_MARK", new WriteBufferWaterMark(10, 20));
        samples.put("ALLOCATOR", UnpooledByteBufAllocator.DEFAULT);
        samples.put("RECVBUF_ALLOCATOR", new FixedRecvByteBufAllocator(100));
        samples.put("MESSAGE_SIZE_ESTIMATOR", DefaultMessageSizeEstimator.DEFAULT);
        samples.put("TCP_NOTSENT_LOWAT", 10_000L);
        samples.put("TCP_MD5SIG", Map.of(InetAddress.getLoopbackAddress(), new byte[] {1}));
        samples.put("EPOLL_MODE", EpollMode.EDGE_TRIGGERED);
        samples.put("SO_ACCEPTFILTER", new AcceptFilter("dataready", ""));
        samples.put("DOMAIN_SOCKET_READ_MODE", DomainSocketReadMode.FILE_DESCRIPTORS);
        samples.put("IP_MULTICAST_ADDR", InetAddress.getByName("127.0.0.1"));
        samples.put("IP_MULTICAST_IF", NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1")));
        return samples; // the others are Boolean
    }

    @TestFactory
    Stream<DynamicTest> optionsOfNettysChannelsAreKnown() {
        return PAIRS.stream()
                .flatMap(pair -> pair.nettys().stream()
                        .map(config -> dynamicTest(config, () -> {
                            Channel channel = pair.ours().get();
                            try {
                                Set<ChannelOption<?>> options = optionsOf(config);
                                assertThat(options).hasSizeGreaterThan(15);
                                for (ChannelOption<?> option : options) {
                                    String name = OptionEntry.nameOf(option);
                                    boolean lacking =
                                            channel instanceof FdServerDomainSocketChannel && name.equals(OF_TCP_ALONE);
                                    if (!lacking) {
                                        known(channel, option);
                                    }
                                }
                            } finally {
                                channel.unsafe().closeForcibly();
                            }
                        })));
    }

    @SuppressWarnings("unchecked")
    private static void known(Channel channel, ChannelOption<?> option) throws IOException {
        String name = OptionEntry.nameOf(option);
        Object sample = samples().getOrDefault(name, true);
        try {
            assertThat(channel.config().setOption((ChannelOption<Object>) option, sample))
                    .as("%s is known by %s", option, channel.getClass().getSimpleName())
                    .isTrue();
        } catch (UnsupportedOperationException e) {
            assertThat(e)
                    .hasMessageContaining(name)
                    .hasMessageContaining(Platform.current().os().key());
            if (Platform.current().os() == Platform.Os.LINUX) {
                assertThat(LINUX_LACKS).containsKey(name);
            }
        } catch (ChannelException e) {
            assertThat(((PosixException) e.getCause()).errno())
                    .as("%s needs a privilege: %s", name, e)
                    .isEqualTo(Errno.EPERM);
        }
    }

    /** {@return the option constants that the methods of a config and of its superclasses read} */
    private static Set<ChannelOption<?>> optionsOf(String config) throws Exception {
        Set<ChannelOption<?>> options = new LinkedHashSet<>();
        for (String name = config; !name.equals("java.lang.Object"); ) {
            ClassModel type = model(name);
            for (var method : type.methods()) {
                if (method.methodName().stringValue().matches("getOptions?|setOption")) {
                    method.code()
                            .ifPresent(code -> code.forEach(element -> {
                                if (element instanceof FieldInstruction field
                                        && field.opcode() == Opcode.GETSTATIC
                                        && field.typeSymbol().displayName().equals("ChannelOption")) {
                                    options.add(constant(
                                            field.owner().asInternalName().replace('/', '.'),
                                            field.name().stringValue()));
                                }
                            }));
                }
            }
            name = type.superclass().orElseThrow().asInternalName().replace('/', '.');
        }
        return options;
    }

    private static ClassModel model(String type) throws IOException {
        try (InputStream bytes = NettyOptionsTest.class.getResourceAsStream("/" + type.replace('.', '/') + ".class")) {
            return ClassFile.of().parse(bytes.readAllBytes());
        }
    }

    private static ChannelOption<?> constant(String owner, String name) {
        try {
            return (ChannelOption<?>) Class.forName(owner).getField(name).get(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Some channel knows each of Netty's constants, except those for which no transport of this kind exists. */
    @Test
    void everyConstantIsKnownBySomeChannel() throws Exception {
        Set<String> unknown = new HashSet<>();
        List<Channel> channels = PAIRS.stream().map(pair -> pair.ours().get()).toList();
        for (Class<?> holder : List.of(
                ChannelOption.class, UnixChannelOption.class, EpollChannelOption.class, KQueueChannelOption.class)) {
            for (Field field : holder.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers()) && ChannelOption.class.isAssignableFrom(field.getType())) {
                    ChannelOption<?> option = (ChannelOption<?>) field.get(null);
                    if (channels.stream().noneMatch(channel -> isKnown(channel, option))) {
                        unknown.add(field.getName());
                    }
                }
            }
        }
        channels.forEach(channel -> channel.unsafe().closeForcibly());
        assertThat(unknown)
                .containsExactlyInAnyOrder("SO_TIMEOUT"); // blocking sockets only, Netty's former OIO transport
    }

    @SuppressWarnings("unchecked")
    private static boolean isKnown(Channel channel, ChannelOption<?> option) {
        try {
            return channel.config()
                    .setOption(
                            (ChannelOption<Object>) option, samples().getOrDefault(OptionEntry.nameOf(option), true));
        } catch (UnsupportedOperationException | ChannelException e) {
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void ourConstantsAreNettys() {
        assertThat(FdChannelOption.TCP_CORK).isSameAs(EpollChannelOption.TCP_CORK);
        assertThat(FdChannelOption.TCP_MD5SIG).isSameAs(EpollChannelOption.TCP_MD5SIG);
        assertThat(FdChannelOption.TCP_NOPUSH).isSameAs(KQueueChannelOption.TCP_NOPUSH);
        assertThat(FdChannelOption.SO_REUSEPORT).isSameAs(UnixChannelOption.SO_REUSEPORT);
    }

    /** Usually the class of its values is missing at run time. */
    @Test
    void nettysAcceptFilterIsRead() {
        io.fdflux.netty.option.AcceptFilter filter =
                io.fdflux.netty.option.AcceptFilter.ofNetty(new AcceptFilter("httpready", "an argument"));
        assertThat(filter.name()).isEqualTo("httpready");
        assertThat(filter.argument()).isEqualTo("an argument");
        assertThat(filter.given()).isEqualTo(new AcceptFilter("httpready", "an argument"));
        FdServerSocketChannel channel = new FdServerSocketChannel();
        ChannelOption<Object> option = OptionKeys.NETTY_ACCEPT_FILTER;
        assertThatThrownBy(() -> channel.config().setOption(option, "httpready"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SO_ACCEPTFILTER takes a value of type io.netty.channel.kqueue.AcceptFilter, not the"
                        + " java.lang.String httpready");
        channel.unsafe().closeForcibly();
    }
}
