package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.kqueue.KQueueChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Compares docs/migration.md with the options and channels of Netty's transports. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "once is enough")
class MigrationDocumentTest {

    private static final Path PAGE = Path.of("../docs/migration.md");
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| ((?:`[A-Z0-9_]+`(?:, )?)+) \\| ([a-z_, ]+)(?: \\(`UnixChannelOption`\\))? \\| ([^|]*) \\|$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Map<String, Class<?>> NETTYS = Map.of(
            "epoll",
            EpollChannelOption.class,
            "kqueue",
            KQueueChannelOption.class,
            "io_uring",
            IoUringChannelOption.class);

    @Test
    void everyOptionOfNettysTransportsHasARow() throws IOException {
        Map<String, Set<String>> documented = new HashMap<>();
        for (MatchResult row : rows()) {
            for (String transport : row.group(2).split(", ")) {
                documented.computeIfAbsent(transport, name -> new TreeSet<>()).addAll(codes(row.group(1)));
            }
        }
        Map<String, Set<String>> expected = new HashMap<>();
        NETTYS.forEach((name, options) -> expected.put(name, declared(options)));
        expected.put("all", declared(UnixChannelOption.class));
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void whatIsTheSameIsKnownUnderItsName() throws IOException {
        Map<String, Object> unknown = new LinkedHashMap<>();
        Set<String> ours = Stream.of(FdChannelOption.class, ChannelOption.class, UnixChannelOption.class)
                .flatMap(type -> declared(type).stream())
                .collect(Collectors.toSet());
        for (MatchResult row : rows()) {
            for (String option : codes(row.group(1))) {
                if (row.group(3).startsWith("none") == ours.contains(option)
                        && !row.group(3).startsWith("taken")) {
                    unknown.put(option, row.group(3));
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void constantsOfEpollAndKqueueAreOursAndThoseOfIoUringAreNot() {
        assertThat((Object) EpollChannelOption.TCP_CORK).isSameAs(FdChannelOption.TCP_CORK);
        assertThat((Object) KQueueChannelOption.TCP_NOPUSH).isSameAs(FdChannelOption.TCP_NOPUSH);
        assertThat((Object) IoUringChannelOption.TCP_CORK).isNotSameAs(FdChannelOption.TCP_CORK);
    }

    @Test
    void classesOfNettyExist() throws IOException {
        Set<String> packages = Set.of("epoll", "kqueue", "uring");
        Pattern name = Pattern.compile("`((?:Epoll|KQueue|IoUring)\\w*)(?:\\.\\w+\\(\\))?`");
        Set<String> missing = new TreeSet<>();
        Set<String> found = new TreeSet<>();
        for (MatchResult match : name.matcher(Files.readString(PAGE)).results().toList()) {
            boolean exists = packages.stream().anyMatch(p -> exists("io.netty.channel." + p + "." + match.group(1)));
            (exists ? found : missing).add(match.group(1));
        }
        assertThat(missing).isEmpty();
        assertThat(found).hasSizeGreaterThan(20);
    }

    private static boolean exists(String type) {
        return MigrationDocumentTest.class.getClassLoader().getResource(type.replace('.', '/') + ".class") != null;
    }

    /** The names of the constants that a class declares itself. */
    private static Set<String> declared(Class<?> type) {
        return Stream.of(type.getDeclaredFields())
                .filter(field -> ChannelOption.class.isAssignableFrom(field.getType()))
                .map(Field::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Iterable<MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(PAGE)).results().toList();
    }

    private static Set<String> codes(String cell) {
        return CODE.matcher(cell).results().map(code -> code.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
