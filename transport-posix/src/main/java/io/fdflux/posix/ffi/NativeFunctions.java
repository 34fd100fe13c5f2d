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
 * Finds and links native functions: every one that this project calls passes through here.
 *
 * <p>Handles are linked when the class that holds them is initialised (linking all of them at once would cost some 200
 * ms of start-up), and a missing symbol shows as {@link MissingSymbolException} when it is called, never as a
 * failed class.
 *
 * <p>errno is captured right after the call into a segment of the calling thread, because the JVM may make calls of its
 * own before Java code could read it.
 */
public final class NativeFunctions {

    /** System property: paths of libraries, separated like a class path, that are searched before the C library. */
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

    /** Where symbols are looked for: a library that the setting names, by its path, or the C library. */
    private record Library(String name, SymbolLookup lookup) {}

    private static final Set<Link> LINKS = ConcurrentHashMap.newKeySet();

    /**
     * A function that was asked for, whether or not the platform has it.
     *
     * @param function              its C name
     * @param descriptor            the signature with which it is called
     * @param firstVariadicArgument the number of arguments before the variable ones, or {@link #NOT_VARIADIC}
     */
    record Link(String function, FunctionDescriptor descriptor, int firstVariadicArgument) {
        static final int NOT_VARIADIC = -1;
    }

    private NativeFunctions() {}

    /** What was linked so far: for diagnosis, and for the check of the signatures. */
    static Set<Link> links() {
        return Set.copyOf(LINKS);
    }

    /**
     * Links a function whose handle takes {@link #state()} as an additional first argument.
     *
     * @param function   the C name; the {@linkplain Symbols table} knows what this platform's symbol for it is
     * @param descriptor its signature
     * @return the handle; calling it throws {@link MissingSymbolException} where the platform lacks the function
     */
    public static MethodHandle link(String function, FunctionDescriptor descriptor) {
        LINKS.add(new Link(function, descriptor, Link.NOT_VARIADIC));
        return link(function, descriptor, Linker.Option.captureCallState("errno"));
    }

    /**
     * The same for a variadic function (fcntl): arm64 of macOS passes variadic arguments on the stack.
     *
     * @param function              as for {@link #link(String, FunctionDescriptor)}
     * @param descriptor            its signature with the arguments that are passed
     * @param firstVariadicArgument the number of arguments before the variable ones
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

    /** In the place of a handle, which would take the symbol's address first. */
    private static MethodHandle thrower(String function, MethodType of) {
        MethodType type = of.dropParameterTypes(0, 1);
        MethodHandle thrower = MethodHandles.throwException(type.returnType(), MissingSymbolException.class)
                .bindTo(missing(function));
        return MethodHandles.dropArguments(thrower, 0, type.parameterList());
    }

    /**
     * Whether the platform has a function, without linking it.
     *
     * @param function its C name
     * @return whether a library has its symbol
     */
    public static boolean has(String function) {
        return find(function).isPresent();
    }

    /**
     * The symbol that a function was found under, for functions whose struct layouts depend on it.
     *
     * @param function its C name
     * @return the first of its symbols that a library has
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

    /** The library that a symbol is taken from. One that is built on the C library passes on what it does not have. */
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
     * The error of the last call that failed with a segment.
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
     * What a {@code catch (Throwable)} around {@code invokeExact} does: nothing that is thrown there is checked.
     *
     * @param t what was caught
     * @return never, but it can be thrown
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
