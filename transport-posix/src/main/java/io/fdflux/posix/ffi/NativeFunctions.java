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
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds and links every native function that this project calls. Thread-safe.
 *
 * <p>A handle is linked when its holder class is initialised. A missing symbol makes a call throw
 * {@link MissingSymbolException}; it never fails class initialisation.
 *
 * <p>All handles of {@link #link} have one type, so that a program links one shape:
 *
 * <pre>
 * C:     int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
 * Java:  (int) (long) HANDLE.invokeExact(state, (long) epfd, (long) op, (long) fd, event.address(), 0L, 0L)
 * </pre>
 *
 * <ul>
 *   <li>An int is cast to long, which extends its sign. x86-64 and AArch64 leave the upper half of the register
 *       unspecified, so a callee ignores it: the System V psABI for x86-64 and AAPCS64. RISC-V's psABI requires the
 *       extended sign.
 *   <li>An argument that the function does not declare is 0. All six arguments are in registers, and a callee does not
 *       read registers beyond its parameters.
 *   <li>An int result is cast to long and then to int, because the upper half of its register is undefined.
 *   <li>An address is passed as a long, so the linker does not keep its segment reachable. A thread-local, a global
 *       arena or the method's own open arena does. In any other case the method calls
 *       {@link java.lang.ref.Reference#reachabilityFence} in a finally.
 * </ul>
 *
 * <p>Every further shape costs the JDK's linker 7 to 9 ms of start-up, and the first one 29 ms. A program that links 18
 * functions on one processor took 231 to 324 ms with exact shapes, and 120 to 147 ms with this one. With an AOT cache
 * it took 207 to 231 ms and 38 to 45 ms. Adapting a handle to int parameters with
 * {@link MethodHandles#explicitCastArguments} would cost 110 to 180 ms again, so callers pass longs.
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
    private static final ThreadLocal<MemorySegment> STATE = ThreadLocal.withInitial(NativeFunctions::newState);
    private static final List<Library> LIBRARIES = libraries();

    /** A source of symbols: a library of {@link #LIBRARIES_PROPERTY} by its path, or the C library. */
    private record Library(String name, SymbolLookup lookup) {}

    /** A list, because the hash code of a record spins classes at its first use. */
    private static final List<Link> LINKS = Collections.synchronizedList(new ArrayList<>());

    private static final Set<MemoryLayout> SHARED_LAYOUTS = Set.of(INT, LONG, ADDRESS);
    private static final FunctionDescriptor SHARED = FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG);

    /**
     * A requested function, which the platform may lack.
     *
     * @param function              its C name
     * @param descriptor            its signature in C
     * @param shape                 what the linker was asked for
     * @param firstVariadicArgument the number of fixed arguments, or {@link #NOT_VARIADIC}
     */
    record Link(String function, FunctionDescriptor descriptor, FunctionDescriptor shape, int firstVariadicArgument) {
        static final int NOT_VARIADIC = -1;
    }

    private NativeFunctions() {}

    /** {@return the requests so far, for the check of the signatures} */
    static Set<Link> links() {
        synchronized (LINKS) {
            return Set.copyOf(LINKS);
        }
    }

    /**
     * Links a function by the shape that all functions share. Its handle takes {@link #state()} and six longs, and
     * returns a long.
     *
     * @param function   the C name; {@linkplain Symbols a table} has the platform's symbols for it
     * @param descriptor its signature in C, of {@link #INT}, {@link #LONG} and {@link #ADDRESS}, with a result and at
     *     most six parameters
     * @return the handle; a call throws {@link MissingSymbolException} if the platform lacks the function
     * @throws IllegalArgumentException if the signature is another one
     */
    public static MethodHandle link(String function, FunctionDescriptor descriptor) {
        requireShared(function, descriptor);
        LINKS.add(new Link(function, descriptor, SHARED, Link.NOT_VARIADIC));
        return link(function, SHARED, Linker.Option.captureCallState("errno"));
    }

    private static void requireShared(String function, FunctionDescriptor descriptor) {
        List<MemoryLayout> arguments = descriptor.argumentLayouts();
        int most = SHARED.argumentLayouts().size();
        if (arguments.size() > most) {
            throw new IllegalArgumentException("the shared shape has " + most + " parameters, but " + function + " has "
                    + arguments.size() + ": link it with linkExact");
        }
        if (!SHARED_LAYOUTS.containsAll(arguments)
                || !descriptor.returnLayout().filter(SHARED_LAYOUTS::contains).isPresent()) {
            throw new IllegalArgumentException("the shared shape passes and returns ints, longs and addresses, but "
                    + function + " is " + descriptor + ": link it with linkExact");
        }
    }

    /**
     * Links a function that does not fit the shared shape. Its handle takes {@link #state()} as an additional first
     * argument, and then the arguments of its signature.
     *
     * @param function   as for {@link #link(String, FunctionDescriptor)}
     * @param descriptor its signature
     * @return the handle
     */
    public static MethodHandle linkExact(String function, FunctionDescriptor descriptor) {
        LINKS.add(new Link(function, descriptor, descriptor, Link.NOT_VARIADIC));
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
        LINKS.add(new Link(function, descriptor, descriptor, firstVariadicArgument));
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
        for (String symbol : Symbols.of(function)) {
            Optional<MemorySegment> found = findSymbol(symbol);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<MemorySegment> findSymbol(String symbol) {
        for (Library library : LIBRARIES) {
            Optional<MemorySegment> found = library.lookup().find(symbol);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
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
        return Thread.currentThread() instanceof CallingThread calling ? calling.callState() : STATE.get();
    }

    /** {@return a new segment for a {@link CallingThread}} */
    public static MemorySegment newState() {
        return Arena.ofAuto().allocate(CALL_STATE);
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

    /** {@return all memory, in which an offset is an address} Whoever uses it must own the bytes. */
    @SuppressWarnings("restricted")
    public static MemorySegment memory() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /**
     * Reads a C string that a function returned.
     *
     * @param address not 0
     * @param limit   bytes that are read at most, the terminator included
     * @return its text
     */
    @SuppressWarnings("restricted")
    public static String string(long address, long limit) {
        return MemorySegment.ofAddress(address).reinterpret(limit).getString(0);
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
