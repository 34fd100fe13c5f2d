package io.fdflux.posix.ffi;

import io.fdflux.posix.ffi.CStruct.Sign;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The constants, layouts and signatures that the code uses on one platform. It reads them from the classes of this
 * module, loaded with that platform as the current one, and from the functions that they link.
 *
 * @param constants all names of the table, without a value if the platform lacks the constant
 * @param shapes    which the linker is asked for
 */
record AbiTables(
        Map<String, Optional<Integer>> constants, List<CStruct> structs, List<Function> functions, Set<Shape> shapes) {

    /**
     * A shape of a downcall, in the letters of {@link Function}. Many functions share one.
     *
     * @param fixed the number of fixed arguments, or -1 for all
     */
    record Shape(char result, String arguments, int fixed) {}

    /**
     * A linked function.
     *
     * @param symbols   searched for at run time in this order
     * @param result    a letter as in {@code arguments}, or V for void
     * @param arguments a letter each: I int, J long, A address
     * @param fixed     the number of fixed arguments, or -1 for all
     */
    record Function(String name, List<String> symbols, char result, String arguments, int fixed) {

        boolean variadic() {
            return fixed >= 0;
        }

        String fixedArguments() {
            return variadic() ? arguments.substring(0, fixed) : arguments;
        }
    }

    private static final char VOID = 'V';
    private static final String TAB = "\t";
    private static final Map<Platform, AbiTables> LOADED = new HashMap<>();

    /** The tables of a platform, from classes that are loaded again with it as the current one. */
    static synchronized AbiTables of(Platform platform) throws ReflectiveOperationException, IOException {
        AbiTables known = LOADED.get(platform);
        if (known == null) {
            known = load(platform);
            LOADED.put(platform, known);
        }
        return known;
    }

    private static AbiTables load(Platform platform) throws ReflectiveOperationException, IOException {
        Platform.current(); // initialises the host's platform first
        String before = System.setProperty(Platform.PROPERTY, platform.toString());
        String libraries = System.clearProperty(NativeFunctions.LIBRARIES_PROPERTY);
        URL[] classes = {location(Platform.class), location(AbiTables.class)};
        try (URLClassLoader loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
            Method dump = Class.forName(AbiTables.class.getName(), true, loader).getDeclaredMethod("dump");
            dump.setAccessible(true);
            return parse(((String) dump.invoke(null)).lines().toList(), platform.os());
        } finally {
            restore(Platform.PROPERTY, before);
            restore(NativeFunctions.LIBRARIES_PROPERTY, libraries);
        }
    }

    private static void restore(String property, String before) {
        if (before == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, before);
        }
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Called in the other class loader. Returns text, because classes differ between the loaders. */
    static String dump() throws ReflectiveOperationException, IOException, URISyntaxException {
        List<String> lines = new ArrayList<>();
        Set<CStruct> structs = new TreeSet<>(Comparator.comparing(CStruct::name).thenComparing(CStruct::toString));
        for (ClassModel type : classes()) {
            String name = type.thisClass().asInternalName().replace('/', '.');
            if (links(type)) {
                Class.forName(name); // its static initialiser links
            }
            if (type.methods().stream().anyMatch(m -> m.methodName().equalsString("cStructs"))) {
                Method structsOf = Class.forName(name).getDeclaredMethod("cStructs");
                structsOf.setAccessible(true);
                for (Object struct : (List<?>) structsOf.invoke(null)) {
                    structs.add((CStruct) struct);
                }
            }
        }
        for (CStruct struct : structs) {
            lines.add(String.join(TAB, "struct", struct.name(), "" + struct.bytes()));
            for (CStruct.Field f : struct.fields()) {
                lines.add(String.join(
                        TAB,
                        "field",
                        f.name(),
                        "" + f.offset(),
                        "" + f.bytes(),
                        f.sign().name()));
            }
        }
        NativeFunctions.links().stream()
                .sorted(Comparator.comparing(Object::toString))
                .forEach(link -> lines.add(String.join(
                        TAB,
                        "function",
                        link.function(),
                        String.join(",", Symbols.of(link.function())),
                        "" + result(link.descriptor()),
                        letters(link.descriptor()),
                        "" + link.firstVariadicArgument(),
                        letters(link.shape()),
                        "" + result(link.shape()))));
        return String.join("\n", lines);
    }

    /** The classes of this module's main sources. */
    static List<ClassModel> classes() throws IOException, URISyntaxException {
        Path folder = Path.of(location(Platform.class).toURI()).resolve("io/fdflux/posix");
        List<ClassModel> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                if (!file.endsWith("package-info.class")) {
                    classes.add(ClassFile.of().parse(file));
                }
            }
        }
        return classes;
    }

    private static boolean links(ClassModel type) {
        String linker = NativeFunctions.class.getName().replace('.', '/');
        return !type.thisClass().asInternalName().equals(linker)
                && type.methods().stream()
                        .flatMap(m -> m.code().stream())
                        .flatMap(c -> c.elementStream())
                        .anyMatch(i -> i instanceof InvokeInstruction call
                                && call.owner().asInternalName().equals(linker)
                                && call.name().stringValue().startsWith("link"));
    }

    private static char result(FunctionDescriptor descriptor) {
        return descriptor.returnLayout().map(AbiTables::letter).orElse(VOID);
    }

    private static String letters(FunctionDescriptor descriptor) {
        return descriptor.argumentLayouts().stream().map(l -> "" + letter(l)).collect(Collectors.joining());
    }

    private static char letter(MemoryLayout layout) {
        if (layout instanceof AddressLayout) {
            return 'A';
        }
        return layout.byteSize() == Integer.BYTES ? 'I' : 'J';
    }

    private static AbiTables parse(List<String> lines, Platform.Os os) {
        Map<String, Optional<Integer>> constants = new TreeMap<>();
        for (Platform.Os any : Platform.Os.values()) {
            Constants.column(any).keySet().forEach(name -> constants.put(name, Optional.empty()));
        }
        Constants.column(os).forEach((name, value) -> constants.put(name, Optional.of(value)));
        List<CStruct> structs = new ArrayList<>();
        List<Function> functions = new ArrayList<>();
        Set<Shape> shapes = new HashSet<>();
        for (String line : lines) {
            String[] cells = line.split(TAB, -1);
            switch (cells[0]) {
                case "struct" -> structs.add(CStruct.of(cells[1], Long.parseLong(cells[2])));
                case "field" ->
                    structs.add(structs.removeLast()
                            .with(
                                    cells[1],
                                    Long.parseLong(cells[2]),
                                    Long.parseLong(cells[3]),
                                    Sign.valueOf(cells[4])));
                case "function" -> {
                    int fixed = Integer.parseInt(cells[5]);
                    functions.add(
                            new Function(cells[1], List.of(cells[2].split(",")), cells[3].charAt(0), cells[4], fixed));
                    shapes.add(new Shape(cells[7].charAt(0), cells[6], fixed));
                }
                default -> throw new IllegalStateException(line);
            }
        }
        return new AbiTables(constants, List.copyOf(structs), List.copyOf(functions), Set.copyOf(shapes));
    }

    /** Tables with all entries wrong, to test that the check finds each. */
    AbiTables falsified() {
        Map<String, Optional<Integer>> wrongConstants = new TreeMap<>(constants);
        wrongConstants.replaceAll((name, value) -> value.map(v -> v ^ 1));
        List<CStruct> wrongStructs = structs.stream()
                .map(s -> new CStruct(
                        s.name(),
                        s.bytes() + 1,
                        s.fields().stream()
                                .map(f -> new CStruct.Field(f.name(), f.offset() + 1, f.bytes() + 1, other(f.sign())))
                                .toList()))
                .toList();
        List<Function> wrongFunctions = functions.stream()
                .map(f -> new Function(
                        f.name(),
                        f.symbols().stream().map(s -> s + "9").toList(),
                        f.result() == 'I' ? 'J' : 'I',
                        f.arguments(),
                        f.fixed()))
                .toList();
        return new AbiTables(wrongConstants, wrongStructs, wrongFunctions, shapes);
    }

    private static Sign other(Sign sign) {
        return switch (sign) {
            case SIGNED -> Sign.UNSIGNED;
            case UNSIGNED -> Sign.SIGNED;
            case ANY -> Sign.ANY;
        };
    }
}
