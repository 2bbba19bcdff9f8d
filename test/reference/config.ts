// The part of krakend.json that the interpreter knows, as it is written there.

export interface Flatmap {
  readonly type: string;
  readonly args: readonly string[];
}

export interface ConfigBackend {
  readonly url_pattern: string;
  readonly method?: string;
  readonly host?: readonly string[];
  readonly encoding?: string;
  readonly is_collection?: boolean;
  readonly target?: string;
  readonly group?: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly mapping?: Readonly<Record<string, string>>;
  readonly input_headers?: readonly string[];
  readonly input_query_strings?: readonly string[];
  readonly extra_config?: {
    readonly proxy?: { readonly flatmap_filter?: readonly Flatmap[]; readonly shadow?: boolean };
    readonly "backend/http"?: {
      readonly return_error_code?: boolean;
      readonly return_error_details?: string;
    };
  };
}

export interface ConfigEndpoint {
  readonly endpoint: string;
  readonly method?: string;
  readonly output_encoding?: string;
  readonly cache_ttl?: string;
  readonly concurrent_calls?: number;
  readonly input_headers?: readonly string[];
  readonly input_query_strings?: readonly string[];
  readonly backend: readonly ConfigBackend[];
  readonly extra_config?: {
    readonly proxy?: {
      readonly sequential?: boolean;
      readonly static?: { readonly strategy?: string; readonly data?: Readonly<Record<string, unknown>> };
      readonly flatmap_filter?: readonly Flatmap[];
    };
  };
}

export interface RouterOptions {
  readonly return_error_msg?: boolean;
  readonly error_body?: Readonly<Record<string, unknown>>;
  readonly auto_options?: boolean;
  readonly remove_extra_slash?: boolean;
  readonly disable_path_decoding?: boolean;
  readonly disable_redirect_trailing_slash?: boolean;
  readonly disable_redirect_fixed_path?: boolean;
  readonly disable_handle_method_not_allowed?: boolean;
}

export interface ConfigRoot {
  readonly host?: readonly string[];
  readonly output_encoding?: string;
  readonly cache_ttl?: string;
  readonly endpoints: readonly ConfigEndpoint[];
  readonly extra_config?: { readonly router?: RouterOptions };
}
