package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.option.KernelOption;
import io.fdflux.netty.option.KernelOptions;
import io.fdflux.netty.option.OptionEntry;
import io.fdflux.netty.option.OptionKeys;
import io.fdflux.posix.platform.Platform;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the table of docs/settings.md with the options that the channels have. */
@OnEveryPoller
class DocumentedOptionsTest {

    private static final Pattern ROW = Pattern.compile("\\| (`[A-Z].*?) \\| ([CLUSPD ]+) \\| ([A-Za-z ]+) \\|.*");
    private static final Pattern NAME = Pattern.compile("`([A-Z0-9_]+)`");

    private record Row(String channels, String systems) {}

    private static Map<String, Row> documented() throws IOException {
        Path settings = Stream.of("../docs/settings.md", "docs/settings.md")
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        Map<String, Row> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(settings)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                for (MatchResult name : NAME.matcher(row.group(1)).results().toList()) {
                    rows.put(name.group(1), new Row(row.group(2).replace(" ", ""), row.group(3)));
                }
            }
        }
        return rows;
    }

    private static Map<Character, Channel> channels() {
        Map<Character, Channel> channels = new LinkedHashMap<>();
        channels.put('C', new FdSocketChannel());
        channels.put('L', new FdServerSocketChannel());
        channels.put('U', new FdDatagramChannel());
        channels.put('S', new FdDomainSocketChannel());
        channels.put('P', new FdServerDomainSocketChannel());
        channels.put('D', new FdDomainDatagramChannel());
        return channels;
    }

    /** The options of sockets; Netty documents those of every channel. */
    private static List<ChannelOption<?>> options() throws IllegalAccessException {
        List<ChannelOption<?>> options = new ArrayList<>();
        for (Class<?> holder : List.of(ChannelOption.class, FdChannelOption.class)) {
            for (Field field : holder.getDeclaredFields()) {
                if (ChannelOption.class.isAssignableFrom(field.getType())) {
                    field.setAccessible(true);
                    options.add((ChannelOption<?>) field.get(null));
                }
            }
        }
        options.add(io.netty.channel.unix.UnixChannelOption.DOMAIN_SOCKET_READ_MODE);
        Set<ChannelOption<?>> general = new io.netty.channel.embedded.EmbeddedChannel()
                .config()
                .getOptions()
                .keySet();
        options.removeAll(general);
        options.removeAll(List.of(
                OptionKeys.EPOLL_MODE, OptionKeys.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS, OptionKeys.NETTY_ACCEPT_FILTER));
        return options;
    }

    /** Passes a value of no valid type, because only a known option checks its value. */
    @SuppressWarnings("unchecked")
    private static boolean isKnown(Channel channel, ChannelOption<?> option) {
        try {
            return channel.config().setOption((ChannelOption<Object>) option, new StringBuilder());
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            return true;
        }
    }

    @Test
    void theTableHasEachOptionWithItsChannels() throws Exception {
        Map<String, Row> documented = documented();
        Map<Character, Channel> channels = channels();
        Set<String> all = new TreeSet<>();
        for (ChannelOption<?> option : options()) {
            String having = channels.entrySet().stream()
                    .filter(channel -> isKnown(channel.getValue(), option))
                    .map(channel -> channel.getKey().toString())
                    .collect(Collectors.joining());
            if (!having.isEmpty()) {
                String name = OptionEntry.nameOf(option);
                all.add(name);
                assertThat(documented).containsKey(name);
                assertThat(documented.get(name).channels())
                        .as("channels that have %s", name)
                        .isEqualTo(having);
            }
        }
        channels.values().forEach(channel -> channel.unsafe().closeForcibly());
        assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void theTableSaysWhatThisSystemHas() throws Exception {
        String here = Platform.current().os().key();
        for (Map.Entry<String, Row> row : documented().entrySet()) {
            Optional<KernelOption<?>> kernels = KernelOptions.all().stream()
                    .filter(option -> OptionEntry.nameOf(option.option()).equals(row.getKey()))
                    .findFirst();
            List<String> systems =
                    List.of(row.getValue().systems().toLowerCase(Locale.ROOT).split(" "));
            assertThat(List.of("all", "linux", "macos", "freebsd", "netbsd", "openbsd", "dragonfly"))
                    .containsAll(systems);
            boolean settable = !(row.getKey().equals("SO_SNDLOWAT") && here.equals("linux")); // socket(7)
            kernels.ifPresent(option -> assertThat(option.inet().isAvailable() && settable)
                    .as("%s on %s", row.getKey(), here)
                    .isEqualTo(systems.contains("all") || systems.contains(here)));
        }
    }
}
