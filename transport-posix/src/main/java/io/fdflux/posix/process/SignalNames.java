package io.fdflux.posix.process;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.platform.Platform;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Maps names of signals, without {@code SIG}, to the platform's numbers. Thread-safe. */
public final class SignalNames {

    private static final String PREFIX = "SIG";

    private static final Map<String, Integer> NUMBERS = numbers();
    private static final Map<Integer, String> NAMES = names();

    private SignalNames() {}

    private static Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new TreeMap<>();
        Constants.column(Platform.current().os()).forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                numbers.put(name.substring(PREFIX.length()), value);
            }
        });
        return Collections.unmodifiableMap(numbers);
    }

    private static Map<Integer, String> names() {
        Map<Integer, String> names = new TreeMap<>();
        NUMBERS.forEach((name, number) -> names.put(number, name));
        return names;
    }

    /** {@return the numbers of this platform's signals by name, in the order of the names; unmodifiable} */
    public static Map<String, Integer> all() {
        return NUMBERS;
    }

    /**
     * A signal's number.
     *
     * @param name {@code TERM} or {@code SIGTERM}
     * @return its number, or empty if the platform has no such signal
     */
    public static OptionalInt number(String name) {
        Integer number = NUMBERS.get(shortName(name));
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /**
     * Removes the prefix of a signal's name.
     *
     * @param name {@code TERM} or {@code SIGTERM}
     * @return {@code TERM}
     */
    public static String shortName(String name) {
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    }

    /**
     * A signal's name.
     *
     * @param number as in the status of a process that it ended
     * @return {@code TERM}; the number itself for a real-time signal, or any other without a name
     */
    public static String name(int number) {
        return NAMES.getOrDefault(number, Integer.toString(number));
    }
}
