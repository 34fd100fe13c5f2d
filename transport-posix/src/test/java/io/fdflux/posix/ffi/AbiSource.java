package io.fdflux.posix.ffi;

import io.fdflux.posix.ffi.CStruct.Sign;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Generates a C++ source that compiles if and only if the tables are right for a target. It is C++, because templates
 * can inspect a function's type. Each line belongs to one entry of the tables, which names its errors.
 */
final class AbiSource {

    /** The array of all functions' addresses, from which the assembly shows the symbols that C binds. */
    static final String SYMBOLS = "abi_symbols";

    /** Prefix of symbols for constants that the headers have, but the tables call absent. */
    static final String PRESENT = "abi_present_";

    private static final String PRELUDE = """
        template <class... T> struct List {};
        template <class T> constexpr bool is_pointer = false;
        template <class T> constexpr bool is_pointer<T *> = true;
        template <class T> constexpr bool is_integer = __is_integral(T) || __is_enum(T);
        struct S {}; /* C's short, passed as Java's int */
        struct I {}; /* Java's int */
        struct J {}; /* Java's long: addresses are passed as such too */
        struct A {}; /* an address */
        struct V {}; /* no result */
        template <class Java, class C> constexpr bool fits = false;
        template <class C> constexpr bool fits<S, C> = is_integer<C> && sizeof(C) == 2;
        template <class C> constexpr bool fits<I, C> = is_integer<C> && sizeof(C) == 4;
        template <class C> constexpr bool fits<J, C> = (is_integer<C> || is_pointer<C>) && sizeof(C) == 8;
        template <class C> constexpr bool fits<A, C> = is_pointer<C>;
        template <> constexpr bool fits<I, void> = false;
        template <> constexpr bool fits<J, void> = false;
        template <> constexpr bool fits<V, void> = true;
        template <class Java, class C> constexpr bool all_fit = false;
        template <> constexpr bool all_fit<List<>, List<>> = true;
        template <class J1, class... JN, class C1, class... CN>
        constexpr bool all_fit<List<J1, JN...>, List<C1, CN...>> = fits<J1, C1> && all_fit<List<JN...>, List<CN...>>;
        template <class C> constexpr bool is_signed() { return C(-1) < C(0); }
        template <class C, bool Pointer> struct CanFail { static constexpr bool value = is_signed<C>(); };
        template <class C> struct CanFail<C, true> { static constexpr bool value = true; };
        template <> struct CanFail<void, false> { static constexpr bool value = true; };
        struct Fixed {};
        struct Variadic {};
        template <class F, class Kind, class R, class Arguments> constexpr bool called_as = false;
        template <class CR, class... CA, class R, class Arguments>
        constexpr bool called_as<CR (*)(CA...), Fixed, R, Arguments> =
            fits<R, CR> && CanFail<CR, is_pointer<CR>>::value && all_fit<Arguments, List<CA...>>;
        template <class CR, class... CA, class R, class Arguments>
        constexpr bool called_as<CR (*)(CA..., ...), Variadic, R, Arguments> =
            fits<R, CR> && CanFail<CR, is_pointer<CR>>::value && all_fit<Arguments, List<CA...>>;
        """;

    private final AbiTarget target;
    private final StringBuilder text = new StringBuilder();
    private final Map<Integer, String> entries = new LinkedHashMap<>();
    private final List<String> asserted = new ArrayList<>();
    private final List<AbiTables.Function> functions = new ArrayList<>();
    private final List<AbiTables.Function> missing = new ArrayList<>();
    private int line = 1;
    private int constants;
    private int structs;
    private int fields;

    private AbiSource(AbiTarget target) {
        this.target = target;
    }

    static AbiSource of(AbiTarget target, AbiTables tables) {
        AbiSource source = new AbiSource(target);
        source.add("/* " + target + ", generated from the Java tables by " + AbiSource.class.getName() + " */", null);
        AbiHeaders.headers(target).forEach(header -> source.add("#include <" + header + ">", "header " + header));
        PRELUDE.lines().forEach(l -> source.add(l, null));
        // Errno and SocketAddressBuffer rely on these.
        source.add(
                "static_assert(EWOULDBLOCK == EAGAIN, \"the code takes them for the same\");", "constant EWOULDBLOCK");
        source.add("static_assert(AF_UNSPEC == 0, \"the code takes it for 0\");", "constant AF_UNSPEC");
        tables.constants().forEach(source::constant);
        tables.structs().forEach(source::struct);
        tables.functions().forEach(source::function);
        source.add("extern \"C\" const void *const " + SYMBOLS + "[] = {", null);
        source.functions.forEach(f -> source.add("    (const void *)&" + f.name() + ",", "function " + f.name()));
        source.add("};", null);
        return source;
    }

    private void add(String code, String entry) {
        text.append(code).append('\n');
        if (entry != null) {
            entries.put(line, entry);
        }
        line++;
    }

    /** Adds a line that fails for a wrong entry of the tables. */
    private void check(String condition, String entry, String says) {
        add("static_assert(" + condition + ", \"the tables say " + says + "\");", entry);
        asserted.add(entry);
    }

    private void same(long tables, String headers, String entry) {
        check("%s == %du".formatted(headers, tables), entry, "%d, 0x%<x".formatted(tables));
    }

    private void constant(String name, Optional<Integer> value) {
        Optional<String> macro = AbiHeaders.macro(target, name);
        if (macro.isEmpty()) {
            return;
        }
        String entry = "constant " + name;
        if (AbiHeaders.isEnumerator(name)) {
            if (value.isPresent()) {
                same(Integer.toUnsignedLong(value.get()), "(unsigned)(" + macro.get() + ")", entry);
                constants++;
            }
            return;
        }
        if (value.isEmpty()) {
            add("#ifdef " + macro.get(), null);
            add("extern \"C\" const char %s%s = 1;".formatted(PRESENT, name), entry);
            add("#endif", null);
            return;
        }
        add("#ifdef " + macro.get(), null);
        same(Integer.toUnsignedLong(value.get()), "(unsigned)(" + macro.get() + ")", entry);
        add(
                "static_assert((long long)(%1$s) == (int)(%1$s) || (long long)(%1$s) == (unsigned)(%1$s), \"over 32 bits\");"
                        .formatted(macro.get()),
                entry);
        add("#else", null);
        add("#error the headers have no " + macro.get(), entry);
        add("#endif", null);
        constants++;
    }

    private void struct(CStruct struct) {
        if (!AbiHeaders.knows(struct.name())) {
            add("#error no row in AbiHeaders", struct.name());
            return;
        }
        if (!AbiHeaders.has(target, struct.name())) {
            return;
        }
        structs++;
        if (struct.bytes() > 0) {
            same(struct.bytes(), "sizeof(" + struct.name() + ")", struct.name() + " size");
        }
        for (CStruct.Field field : struct.fields()) {
            fields++;
            String entry = struct.name() + "." + field.name();
            String member = "((%s *)0)->%s".formatted(struct.name(), field.name());
            same(
                    field.offset(),
                    "__builtin_offsetof(%s, %s)".formatted(struct.name(), field.name()),
                    entry + " offset");
            same(AbiHeaders.bytes(target, struct, field), "sizeof(" + member + ")", entry + " size");
            if (field.sign() != Sign.ANY) {
                boolean signed = field.sign() == Sign.SIGNED;
                check(
                        (signed ? "" : "!") + "is_signed<decltype(" + member + ")>()",
                        entry + " sign",
                        signed ? "signed" : "unsigned");
            }
        }
    }

    private void function(AbiTables.Function function) {
        String name = function.name();
        if (!AbiHeaders.knows(name)) {
            add("#error no row in AbiHeaders", "function " + name);
            return;
        }
        if (!AbiHeaders.has(target, name)) {
            if (AbiHeaders.lacks(target, name)) {
                missing.add(function);
            }
            return;
        }
        functions.add(function);
        add("using P_%s = %s;".formatted(name, AbiHeaders.prototype(target, name)), "prototype " + name);
        add("P_%1$s *const p_%1$s = &::%1$s;".formatted(name), "prototype " + name);
        String java = AbiHeaders.arguments(target, function);
        check(
                "called_as<decltype(&::%s), %s, %s, List<%s>>"
                        .formatted(
                                name,
                                function.variadic() ? "Variadic" : "Fixed",
                                function.result(),
                                String.join(", ", java.split(""))),
                "signature " + name,
                function.result() + "(" + java + (function.variadic() ? "..." : "") + ")");
    }

    String text() {
        return text.toString();
    }

    /** The entry of a line, if it has one. */
    Optional<String> entry(int number) {
        return Optional.ofNullable(entries.get(number));
    }

    /** All entries with a check. */
    List<String> asserted() {
        return asserted;
    }

    /** In the order of {@link #SYMBOLS}. */
    List<AbiTables.Function> functions() {
        return functions;
    }

    /** Functions that this system lacks and the code does not need there. */
    List<AbiTables.Function> missing() {
        return missing;
    }

    int constants() {
        return constants;
    }

    int structs() {
        return structs;
    }

    int fields() {
        return fields;
    }
}
