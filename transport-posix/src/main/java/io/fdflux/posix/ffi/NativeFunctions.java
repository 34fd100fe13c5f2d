package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.MissingSymbolException;
import io.fdflux.posix.platform.Platform;
import java.io.File;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds and links every native function that this project calls. Thread-safe.
 *
 * <p>A handle is linked when its holder class is initialised, because linking all of them at once takes some 200 ms of
 * start-up. A missing symbol makes a call throw {@link MissingSymbolException}; it never fails class initialisation.
 *
 * <p>The linker copies errno into a segment of the calling thread directly after the call. Later it would be lost,
 * because the JVM makes system calls of its own: see {@link Linker.Option#captureCallState}.
 */
public final class NativeFunctions {

    /** System property with paths of libraries, separated like a class path, to search before the C library. */
    public static final String LIBRARIES_PROPERTY = "fdflux.posix.libraries";

    /** C's int. */
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    /** C's long, size_t and off_t. */
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    /** An address. */
    public static final AddressLayout ADDRESS = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));
    private static final List<Library> LIBRARIES = libraries();

    /** A source of symbols: a library of {@link #LIBRARIES_PROPERTY} by its path, or the C library. */
    private record Library(String name, SymbolLookup lookup) {}

    private static final Set<Link> LINKS = ConcurrentHashMap.newKeySet();

    /**
     * A requested function, which the platform may lack.
     *
     * @param function              its C name
     * @param descriptor            its signature in the call
     * @param firstVariadicArgument the number of fixed arguments, or {@link #NOT_VARIADIC}
     */
    record Link(String function, FunctionDescriptor descriptor, int firstVariadicArgument) {
        static final int NOT_VARIADIC = -1;
    }

    private NativeFunctions() {}

    /** {@return the requests so far, for the check of the signatures} */
    static Set<Link> links() {
        return Set.copyOf(LINKS);
    }

    /**
     * Links a function. Its handle takes {@link #state()} as an additional first argument.
     *
     * @param function   the C name; {@linkplain Symbols a table} has the platform's symbols for it
     * @param descriptor its signature
     * @return the handle; a call throws {@link MissingSymbolException} if the platform lacks the function
     */
    public static MethodHandle link(String function, FunctionDescriptor descriptor) {
        LINKS.add(new Link(function, descriptor, Link.NOT_VARIADIC));
        return link(function, descriptor, Linker.Option.captureCallState("errno"));
    }

    /**
     * Links a variadic function such as fcntl(2). Only this passes its arguments correctly on arm64 of macOS, which
     * passes variadic arguments on the stack: see {@link Linker.Option#firstVariadicArg}.
     *
     * @param function              as for {@link #link(String, FunctionDescriptor)}
     * @param descriptor            its signature with the arguments that are passed
     * @param firstVariadicArgument the number of fixed arguments
     * @return the handle
     */
    public static MethodHandle linkVariadic(String function, FunctionDescriptor descriptor, int firstVariadicArgument) {
        LINKS.add(new Link(function, descriptor, firstVariadicArgument));
        return link(
                function,
                descriptor,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadicArgument));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String function, FunctionDescriptor descriptor, Linker.Option... options) {
        Optional<MemorySegment> symbol = find(function);
        try {
            return symbol.isPresent()
                    ? LINKER.downcallHandle(symbol.get(), descriptor, options)
                    : thrower(
                            function, LINKER.downcallHandle(descriptor, options).type());
        } catch (IllegalCallerException e) {
            throw denied(e);
        }
    }

    /** Returns a handle that throws, for a symbol that was not found. */
    private static MethodHandle thrower(String function, MethodType of) {
        MethodType type = of.dropParameterTypes(0, 1);
        MethodHandle thrower = MethodHandles.throwException(type.returnType(), MissingSymbolException.class)
                .bindTo(missing(function));
        return MethodHandles.dropArguments(thrower, 0, type.parameterList());
    }

    /**
     * Whether the platform has a function. Does not link it.
     *
     * @param function its C name
     * @return whether a library has its symbol
     */
    public static boolean has(String function) {
        return find(function).isPresent();
    }

    /**
     * The symbol of a function, for functions whose struct layouts depend on the symbol's version.
     *
     * @param function its C name
     * @return the first of its symbols that is found in a library
     */
    public static Optional<String> symbolOf(String function) {
        return Symbols.of(function).stream()
                .filter(s -> findSymbol(s).isPresent())
                .findFirst();
    }

    private static Optional<MemorySegment> find(String function) {
        return Symbols.of(function).stream()
                .map(NativeFunctions::findSymbol)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<MemorySegment> findSymbol(String symbol) {
        return LIBRARIES.stream()
                .map(l -> l.lookup().find(symbol))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The library that defines a symbol. A lookup in a library also finds symbols of the C library that it links. */
    static Optional<String> libraryOf(String symbol) {
        Optional<MemorySegment> used = findSymbol(symbol);
        return LIBRARIES.reversed().stream()
                .filter(l -> used.isPresent() && l.lookup().find(symbol).equals(used))
                .map(Library::name)
                .findFirst();
    }

    private static MissingSymbolException missing(String function) {
        String libraries = System.getProperty(LIBRARIES_PROPERTY, "");
        return new MissingSymbolException("native function " + function + " was not found: looked for the symbols "
                + Symbols.of(function) + " of " + Platform.current() + " in "
                + (libraries.isBlank() ? "" : LIBRARIES_PROPERTY + "=" + libraries + " and ")
                + "the C library; is this the right platform table, and a system new enough?");
    }

    private static List<Library> libraries() {
        List<Library> libraries = new ArrayList<>();
        for (String path : System.getProperty(LIBRARIES_PROPERTY, "").split(File.pathSeparator)) {
            if (!path.isBlank()) {
                libraries.add(new Library(path.trim(), library(path.trim())));
            }
        }
        libraries.add(new Library("C library", LINKER.defaultLookup()));
        return List.copyOf(libraries);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup library(String path) {
        try {
            return SymbolLookup.libraryLookup(Path.of(path), Arena.global());
        } catch (IllegalCallerException e) {
            throw denied(e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    LIBRARIES_PROPERTY + " names " + path
                            + ", which cannot be loaded; it must be the path of a shared library for "
                            + Platform.current(),
                    e);
        }
    }

    private static IllegalCallerException denied(IllegalCallerException e) {
        Module module = NativeFunctions.class.getModule();
        return new IllegalCallerException(
                "this JVM denies native access, which file descriptors need: start it with --enable-native-access="
                        + (module.isNamed() ? module.getName() : "ALL-UNNAMED"),
                e);
    }

    /** {@return the calling thread's segment, to which handles of {@link #link} write errno} */
    public static MemorySegment state() {
        return STATE.get();
    }

    /**
     * The error of the last failed call with a segment.
     *
     * @param state of {@link #state()}
     * @return errno, positive
     */
    public static int errno(MemorySegment state) {
        return state.get(INT, ERRNO_OFFSET);
    }

    /**
     * Reads a C string that a function returned.
     *
     * @param address not NULL
     * @param limit   bytes that are read at most, the terminator included
     * @return its text
     */
    @SuppressWarnings("restricted")
    public static String string(MemorySegment address, long limit) {
        return address.reinterpret(limit).getString(0);
    }

    /**
     * Rethrows a throwable of {@code invokeExact}, which native handles never throw as a checked exception.
     *
     * @param t the throwable
     * @return never; the type lets a caller write {@code throw}
     */
    public static RuntimeException rethrow(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        if (t instanceof RuntimeException runtime) {
            throw runtime;
        }
        throw new IllegalStateException(t);
    }
}
