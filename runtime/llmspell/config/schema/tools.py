"""`[tools]`: what tools may do (spec config.md §3.10)."""

from typing import Any, ClassVar, Literal

from llmspell.config.schema.fields import section, setting, table


def _hosts(default: tuple[str, ...], description: str, **details: Any) -> Any:
    details = {"comma_list": True, "untrusted": "allow-list"} | details
    return setting(
        default,
        f"{description} (`name`, `*.suffix`, `*`, address, network; with `:port` if wanted).",
        **details,
    )


@section
class FileOperations:
    """`[tools.file_operations]`."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset({"follow_symlinks"})

    enabled: bool = setting(True, "Whether file tools are there.")
    allowed_paths: tuple[str, ...] | None = setting(
        None,
        "Folders that spells and tools may use, instead of those of the security profile; "
        "`*` for all.",
        documented=("/tmp",),  # noqa: S108
        minimum=1,
        comma_list=True,
        path=True,
        untrusted="paths",
    )
    max_file_size: int = setting(
        50_000_000, "Largest file, in bytes.", minimum=1, warn_above=1_000_000_000
    )
    atomic_writes: bool = setting(True, "Write to a temporary file and rename it.")
    max_depth: int = setting(10, "Depth of a folder walk.", minimum=1, warn_above=50)
    allowed_extensions: tuple[str, ...] = setting(
        (), "File name extensions that are allowed; all when empty.", comma_list=True
    )
    blocked_extensions: tuple[str, ...] = setting(
        ("exe", "dll", "so", "dylib"),
        "File name extensions that are refused.",
        comma_list=True,
        untrusted="deny-list",
    )
    validate_file_types: bool = setting(
        True, "Compare a file's content with its extension.", untrusted="protect"
    )


@section
class WebSearch:
    """`[tools.web_search]`."""

    enabled: bool = setting(True, "Whether the search tool is there.")
    rate_limit_per_minute: int = setting(30, "Searches in one minute.", minimum=1)
    allowed_domains: tuple[str, ...] = _hosts(("*",), "Domains whose results are shown")
    blocked_domains: tuple[str, ...] = _hosts((), "Domains that are hidden", untrusted="deny-list")
    max_results: int = setting(10, "Results of one search.", minimum=1, warn_above=100)
    timeout_seconds: int = setting(30, "Time for one search, in seconds.", minimum=1)
    user_agent: str = setting("llmspell-web-search/1.0", "How the tool names itself.")


@section
class HttpRequest:
    """`[tools.http_request]`."""

    enabled: bool = setting(True, "Whether HTTP tools are there.")
    allowed_hosts: tuple[str, ...] = _hosts(
        ("*",), "Hosts that may be asked; addresses that are not public only when named here"
    )
    blocked_hosts: tuple[str, ...] = _hosts(
        ("localhost", "127.0.0.1", "0.0.0.0"),  # noqa: S104
        "Hosts that are refused, before any other rule",
        untrusted="deny-list",
    )
    max_request_size: int = setting(10_000_000, "Largest request, in bytes.", minimum=1)
    timeout_seconds: int = setting(30, "Time for one request, in seconds.", minimum=1)
    max_redirects: int = setting(5, "Redirections to follow.")
    verify_ssl: bool = setting(True, "Check certificates.", untrusted="protect")
    default_headers: dict[str, Any] = setting(
        {"User-Agent": "llmspell-http/1.0"}, "Headers of every request."
    )


@section
class Network:
    """`[tools.network]`."""

    timeout_seconds: int = setting(30, "Time for one connection, in seconds.")
    max_retries: int = setting(3, "Further attempts of GET and HEAD after one that got no answer.")
    verify_ssl: bool = setting(True, "Check certificates.", untrusted="protect")


@section
class WebTools:
    """`[tools.web_tools]`."""

    user_agent: str = setting("llmspell-web/1.0", "How the tools name themselves.")
    allowed_domains: tuple[str, ...] = _hosts(
        ("*",), "Domains that may be read, besides what `http_request` says"
    )
    blocked_domains: tuple[str, ...] = _hosts((), "Domains that are refused", untrusted="deny-list")
    max_redirects: int = setting(5, "Redirections to follow.")
    scraping_delay_ms: int = setting(1000, "Pause between pages, in milliseconds.")


@section
class Media:
    """`[tools.media]`."""

    max_file_size: int = setting(524_288_000, "Largest file, in bytes.")
    processing_timeout_seconds: int = setting(300, "Time for one file, in seconds.", minimum=1)
    image_max_dimensions: str = setting("4096x4096", "Largest picture, as WIDTHxHEIGHT.")
    video_quality: str | None = setting(
        None, "Quality of stills of films in JPEG and WebP: `low`, `medium`, `high`, or 1 to 100."
    )
    audio_sample_rate: int | None = setting(
        None,
        "Sample rate of converted audio, in hertz; the nearest that the format has.",
        minimum=1,
    )


@section
class Database:
    """`[tools.database]`."""

    connection_timeout_seconds: int = setting(10, "Time to connect, in seconds.")
    max_connections: int = setting(10, "Connections held at once.")
    allowed_hosts: tuple[str, ...] = _hosts(("localhost", "127.0.0.1"), "Servers that may be asked")
    query_timeout_seconds: int | None = setting(None, "Time for one query, in seconds.")
    enable_query_logging: bool = setting(False, "Log each query.")
    connections: dict[str, Any] = setting(
        {},
        "Databases by name: `postgresql://user:password@host/name`, `mysql://…`, `sqlite:path`.",
        sensitive=True,
        untrusted="never",
    )
    max_rows: int | None = setting(
        None, "Rows of one result at most.", documented=1000, minimum=1, untrusted="limit"
    )
    allow_dml: bool = setting(True, "Whether rows are inserted, updated and deleted.")
    allow_ddl: bool = setting(
        False, "Whether tables are created, altered and dropped.", untrusted="allow"
    )


@section
class Email:
    """`[tools.email]`."""

    smtp_host: str | None = setting(None, "The mail server.", untrusted="never")
    smtp_port: int = setting(587, "Its port.", minimum=1, maximum=65_535, untrusted="never")
    smtp_username: str | None = setting(None, "Who signs in there.")
    smtp_password: str | None = setting(None, "With which password.", sensitive=True)
    from_address: str | None = setting(None, "The sender of messages.")
    allowed_recipients: tuple[str, ...] = setting(
        ("*",),
        "Who may get mail: addresses, `*@host`, `*@*.suffix`, `*`.",
        comma_list=True,
        untrusted="allow-list",
    )
    rate_limit_per_minute: int = setting(2, "Messages in one minute.", minimum=1)
    enable_tls: bool = setting(True, "Encrypt the connection.", untrusted="protect")


@section
class System:
    """`[tools.system]`."""

    enabled: bool = setting(True, "Whether process and environment tools are there.")
    allow_process_execution: bool = setting(
        False, "Whether tools run programs; `false` in a file switches it off.", untrusted="allow"
    )
    allowed_commands: tuple[str, ...] = setting(
        ("ls", "cat", "echo", "pwd"),
        "Programs that tools may run, by name or path, `*` for all; a short list when unset.",
        comma_list=True,
        untrusted="allow-list",
    )
    blocked_commands: tuple[str, ...] = setting(
        (), "Programs that it never runs.", comma_list=True, untrusted="deny-list"
    )
    allow_unconfined: bool = setting(
        False,
        "Run programs, and decode data of others, also where the kernel cannot confine that.",
        untrusted="allow",
    )
    working_directory: str | None = setting(
        None, "Where programs run.", path=True, untrusted="path"
    )
    max_output_size: int = setting(1_048_576, "Output that is kept, in bytes.")
    command_timeout_seconds: int | None = setting(None, "Time for one program, in seconds.")
    allowed_env_vars: tuple[str, ...] = setting(
        (),
        "Environment variables that spells may read although their names look secret.",
        comma_list=True,
        untrusted="allow-list",
    )


@section
class Data:
    """`[tools.data]`."""

    max_csv_size: int = setting(104_857_600, "Largest CSV file, in bytes.")
    max_json_depth: int = setting(100, "Depth of nested JSON.")
    max_xml_size: int | None = setting(None, "Largest XML file, in bytes.")
    enable_validation: bool = setting(True, "Check data against a schema where one is given.")
    processing_timeout_seconds: int | None = setting(
        None, "Time for one call, in seconds.", minimum=1
    )


@section
class Academic:
    """`[tools.academic]`."""

    citation_api_key: str | None = setting(
        None, "Key of a citation service; no tool asks one.", sensitive=True
    )
    max_references: int = setting(1000, "References of one document.")
    default_citation_style: str | None = setting(None, "Style of citations, as in `apa`.")
    enable_doi_resolution: bool = setting(True, "Look DOIs up; no tool does.")


@section
class Document:
    """`[tools.document]`."""

    max_pdf_size: int = setting(52_428_800, "Largest PDF file, in bytes.")
    extract_images: bool = setting(False, "Take pictures out of documents; no tool does.")
    enable_ocr: bool = setting(False, "Read text in pictures; no tool does.")
    max_pages: int | None = setting(None, "Pages that are read of one document.", minimum=1)
    extract_metadata: bool = setting(True, "Give title, author and the like.")


@section
class Search:
    """`[tools.search]`."""

    default_engine: Literal["google", "bing", "duckduckgo"] = setting(
        "duckduckgo", "The engine when a spell names none."
    )
    max_results: int = setting(10, "Results of one search.")
    api_key: str | None = setting(None, "Key of the engine.", sensitive=True)
    safe_search: bool = setting(True, "Leave out adult results.")
    timeout_seconds: int | None = setting(None, "Time for one search, in seconds.")


@section
class Tools:
    """`[tools]`: the settings of all tools, those of single kinds, and free-form tables."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset(
        {
            "auto_discover",
            "tool_directories",
            "reload_on_change",
            "cache_metadata",
            "categories",
            "security",
            "permissions",
            "timeouts",
        }
    )

    enabled: bool | None = setting(None, "Whether spells have tools; yes when unset.")
    rate_limit_per_minute: int | None = setting(None, "Calls of tools in one minute.")
    file_operations: FileOperations = table(FileOperations, "Files.")
    web_search: WebSearch = table(WebSearch, "Searching the web.")
    http_request: HttpRequest = table(HttpRequest, "HTTP requests.")
    network: Network | None = setting(None, "Connections of all network tools.")
    web_tools: WebTools | None = setting(None, "Reading web pages.")
    media: Media | None = setting(None, "Pictures, sound and video.")
    database: Database | None = setting(None, "Databases.")
    email: Email | None = setting(None, "Sending mail.")
    system: System | None = setting(None, "Processes and environment variables.")
    data: Data | None = setting(None, "CSV, JSON and XML.")
    academic: Academic | None = setting(None, "Citations.")
    document: Document | None = setting(None, "Documents.")
    search: Search | None = setting(None, "Search engines.")
    custom: dict[str, Any] = setting({}, "Settings of any other tool, free form.", catch_all=True)
